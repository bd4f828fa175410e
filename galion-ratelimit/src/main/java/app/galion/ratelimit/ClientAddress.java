package app.galion.ratelimit;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the address of the client behind proxies, for use as a subject. Walks {@code
 * X-Forwarded-For} or {@code Forwarded} from the right, the end that our own proxies wrote, as long
 * as the addresses are trusted, and answers with the first one that is not. What stands left of it
 * was written by the client and is never looked at.
 *
 * <p>IPv4 addresses are answered whole, IPv6 addresses as their /64 network, since one client
 * usually has all of it. Immutable and thread-safe; never blocks, asks no name service, and no
 * input makes it throw.
 */
public final class ClientAddress {

  private static final int MAX_HOPS = 32;
  private static final int CLIENT_PREFIX = 64;
  private static final String UNKNOWN = "unknown";

  private final List<Network> trusted;

  private ClientAddress(List<Network> trusted) {
    this.trusted = trusted;
  }

  /**
   * Creates a resolver.
   *
   * @param cidrs the networks of the proxies in front of the service, such as {@code 10.0.0.0/8} or
   *     {@code ::1}; none means that no header is ever believed
   * @return the resolver
   * @throws IllegalArgumentException if one is no network
   */
  public static ClientAddress trusting(String... cidrs) {
    List<Network> networks = new ArrayList<>();
    for (String cidr : cidrs) {
      networks.add(Network.parse(requireNonNull(cidr, "cidr")));
    }
    return new ClientAddress(List.copyOf(networks));
  }

  /**
   * Resolves the client of one request.
   *
   * @param peer the address at the other end of the connection, with or without a port
   * @param xForwardedFor all values of the {@code X-Forwarded-For} header, in order
   * @param forwarded all values of the {@code Forwarded} header (RFC 7239), in order
   * @return the client's address; where the headers stop making sense, the last proxy that does;
   *     that proxy too where both headers are there and disagree, since a client can send the one
   *     that our proxies leave alone; {@code "unknown"} for a peer without an address (a local
   *     socket)
   */
  public String resolve(String peer, List<String> xForwardedFor, List<String> forwarded) {
    IpAddress nearest = IpAddress.parseNode(peer);
    if (nearest == null) {
      return UNKNOWN;
    }
    if (!isTrusted(nearest)) {
      return subject(nearest);
    }
    boolean plain = !xForwardedFor.isEmpty();
    boolean standard = !forwarded.isEmpty();
    IpAddress byPlain = plain ? walk(nearest, xForwardedFor, false) : nearest;
    IpAddress byStandard = standard ? walk(nearest, forwarded, true) : nearest;
    if (plain && standard) {
      return subject(byPlain.equals(byStandard) ? byPlain : nearest);
    }
    return subject(plain ? byPlain : byStandard);
  }

  private IpAddress walk(IpAddress nearest, List<String> values, boolean standard) {
    IpAddress last = nearest;
    int hops = 0;
    for (int i = values.size() - 1; i >= 0; i--) {
      String value = values.get(i);
      int end = value.length();
      while (end >= 0) {
        int comma = end == 0 ? -1 : value.lastIndexOf(',', end - 1);
        String element = value.substring(comma + 1, end);
        IpAddress hop = standard ? forwardedFor(element) : IpAddress.parseNode(element);
        if (hop == null || ++hops > MAX_HOPS) {
          return last;
        }
        last = hop;
        if (!isTrusted(hop)) {
          return hop;
        }
        end = comma;
      }
    }
    return last;
  }

  private static @Nullable IpAddress forwardedFor(String element) {
    IpAddress found = null;
    for (String pair : element.split(";", MAX_HOPS)) {
      int equals = pair.indexOf('=');
      if (equals > 0 && pair.substring(0, equals).strip().equalsIgnoreCase("for")) {
        if (found != null) {
          return null;
        }
        found = IpAddress.parseNode(pair.substring(equals + 1));
        if (found == null) {
          return null;
        }
      }
    }
    return found;
  }

  private boolean isTrusted(IpAddress address) {
    for (Network network : trusted) {
      if (network.contains(address)) {
        return true;
      }
    }
    return false;
  }

  private static String subject(IpAddress address) {
    return address.isV6()
        ? address.prefix(CLIENT_PREFIX) + "/" + CLIENT_PREFIX
        : address.toString();
  }

  private record Network(IpAddress base, int length) {

    static Network parse(String cidr) {
      int slash = cidr.indexOf('/');
      IpAddress base = IpAddress.parse(slash < 0 ? cidr : cidr.substring(0, slash));
      if (base == null) {
        throw notOne(cidr);
      }
      String digits = slash < 0 ? Integer.toString(base.bits()) : cidr.substring(slash + 1);
      int length = digits.matches("\\d{1,3}") ? Integer.parseInt(digits) : -1;
      if (length < 0 || length > base.bits()) {
        throw notOne(cidr);
      }
      return new Network(base.prefix(length), length);
    }

    private static IllegalArgumentException notOne(String cidr) {
      return new IllegalArgumentException(
          "'" + cidr + "' must be a network such as 10.0.0.0/8 or 2001:db8::/32, or an address");
    }

    boolean contains(IpAddress address) {
      return base.sameFamily(address) && base.equals(address.prefix(length));
    }
  }

  @Override
  public String toString() {
    return "client address behind " + trusted.size() + " trusted networks";
  }
}
