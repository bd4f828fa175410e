package app.galion.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ClientAddressTest {

  final ClientAddress behind = ClientAddress.trusting("10.0.0.0/8", "fd00::/8", "127.0.0.1");

  private String plain(String peer, String... xForwardedFor) {
    return behind.resolve(peer, List.of(xForwardedFor), List.of());
  }

  private String standard(String peer, String... forwarded) {
    return behind.resolve(peer, List.of(), List.of(forwarded));
  }

  @Nested
  class Chains {

    @Test
    void walksTrustedProxiesFromTheRight() {
      assertThat(plain("10.0.0.1", "203.0.113.7, 10.0.0.3, 10.0.0.2")).isEqualTo("203.0.113.7");
      assertThat(plain("10.0.0.1", "203.0.113.7", "10.0.0.3,10.0.0.2")).isEqualTo("203.0.113.7");
      assertThat(plain("10.0.0.1:4711", "203.0.113.7:80")).isEqualTo("203.0.113.7");
      assertThat(standard("fd00::1", "for=203.0.113.7;proto=https, For=\"[fd00::2]:80\""))
          .isEqualTo("203.0.113.7");
    }

    @Test
    void answersThePeerWithoutHeaders() {
      assertThat(plain("10.0.0.1")).isEqualTo("10.0.0.1");
      assertThat(plain("203.0.113.7:4711")).isEqualTo("203.0.113.7");
    }

    @Test
    void aChainOfProxiesAloneAnswersTheFarthest() {
      assertThat(plain("10.0.0.1", "10.0.0.9, 10.0.0.2")).isEqualTo("10.0.0.9");
    }

    @Test
    void aPeerWithoutAnAddressIsUnknown() {
      assertThat(plain("", "203.0.113.7")).isEqualTo("unknown");
      assertThat(plain("unix:", "203.0.113.7")).isEqualTo("unknown");
    }
  }

  @Nested
  class Spoofing {

    @Test
    void whatTheClientWroteLeftOfItsOwnAddressIsIgnored() {
      assertThat(plain("10.0.0.1", "1.2.3.4, 5.6.7.8, 203.0.113.7")).isEqualTo("203.0.113.7");
      assertThat(plain("10.0.0.1", "127.0.0.1", "203.0.113.7")).isEqualTo("203.0.113.7");
      assertThat(plain("10.0.0.1", "x'); DROP, 203.0.113.7")).isEqualTo("203.0.113.7");
    }

    @Test
    void aPeerThatIsNoProxyIsNotBelieved() {
      assertThat(plain("203.0.113.7", "1.2.3.4")).isEqualTo("203.0.113.7");
      assertThat(ClientAddress.trusting().resolve("10.0.0.1", List.of("1.2.3.4"), List.of()))
          .isEqualTo("10.0.0.1");
    }

    @Test
    void nonsenseEndsTheWalkAtTheLastProxyThatMakesSense() {
      for (String nonsense :
          new String[] {
            "",
            " ",
            "unknown",
            "_hidden",
            "1.2.3",
            "1.2.3.4.5",
            "256.1.1.1",
            "01.2.3.4",
            "[::1",
            "1.2.3.4:99999999",
            "::1::",
            "1.2.3.4/8",
            "x".repeat(100_000),
            "\u0661.2.3.4"
          }) {
        assertThat(plain("10.0.0.1", nonsense + ",10.0.0.2")).as(nonsense).isEqualTo("10.0.0.2");
      }
      assertThat(standard("10.0.0.1", "for=1.2.3.4;for=5.6.7.8")).isEqualTo("10.0.0.1");
      assertThat(standard("10.0.0.1", "by=1.2.3.4")).isEqualTo("10.0.0.1");
    }

    @Test
    void headersThatDisagreeAnswerTheProxy() {
      assertThat(behind.resolve("10.0.0.1", List.of("1.2.3.4"), List.of("for=5.6.7.8")))
          .isEqualTo("10.0.0.1");
      assertThat(behind.resolve("10.0.0.1", List.of("1.2.3.4"), List.of("for=1.2.3.4")))
          .isEqualTo("1.2.3.4");
    }

    @Test
    void aChainOfThousandsEndsAfterAFewHops() {
      assertThat(plain("10.0.0.1", "1.2.3.4" + ",10.0.0.2".repeat(5_000))).isEqualTo("10.0.0.2");
    }
  }

  @Nested
  class Version6 {

    @Test
    void isGroupedByItsNetwork() {
      String network = "2001:db8:1:2:0:0:0:0/64";
      assertThat(plain("10.0.0.1", "2001:db8:1:2:aaaa::1")).isEqualTo(network);
      assertThat(plain("10.0.0.1", "[2001:DB8:1:2::ffff]:443")).isEqualTo(network);
      assertThat(plain("2001:db8:1:2::9")).isEqualTo(network);
      assertThat(plain("2001:db8:1:3::9")).isNotEqualTo(network);
      assertThat(standard("10.0.0.1", "for=\"[2001:db8:1:2::5]:_port\"")).isEqualTo(network);
    }

    @Test
    void thatMapsAVersion4AddressIsThatAddress() {
      assertThat(plain("::ffff:203.0.113.7")).isEqualTo("203.0.113.7");
      assertThat(plain("::ffff:10.0.0.1", "::ffff:cb00:7107")).isEqualTo("203.0.113.7");
    }

    @Test
    void losesItsZone() {
      assertThat(plain("fe80::1%eth0")).isEqualTo("fe80:0:0:0:0:0:0:0/64");
    }
  }

  @Test
  void refusesWhatIsNoNetwork() {
    for (String cidr : new String[] {"", "10.0.0.0/33", "10.0.0/8", "example.org", "::/129"}) {
      assertThatThrownBy(() -> ClientAddress.trusting(cidr))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "'"
                  + cidr
                  + "' must be a network such as 10.0.0.0/8 or 2001:db8::/32, or an address");
    }
  }
}
