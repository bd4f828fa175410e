package app.galion.reference;

import app.galion.ratelimit.ClientAddress;
import io.javalin.http.Context;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who asks: the user of {@code Authorization: Bearer demo-<user>}, else the client's address.
 *
 * @param address the client's address, behind trusted proxies
 * @param user the user, or null
 */
record Caller(String address, @Nullable String user) {

  private static final String BEARER = "Bearer demo-";
  private static final int MAX_USER = 200;

  static Caller of(Context context, ClientAddress addresses) {
    String address =
        addresses.resolve(
            context.req().getRemoteAddr(),
            headers(context, "X-Forwarded-For"),
            headers(context, "Forwarded"));
    return new Caller(address, user(context.header("Authorization")));
  }

  private static List<String> headers(Context context, String name) {
    return Collections.list(context.req().getHeaders(name));
  }

  private static @Nullable String user(@Nullable String authorization) {
    if (authorization == null
        || !authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      return null;
    }
    String user = authorization.substring(BEARER.length()).strip();
    return user.isEmpty() || user.length() > MAX_USER ? null : user;
  }

  /**
   * A user's name in the one form that limits and tokens know.
   *
   * @throws ApiError if nothing is left of it, or if it holds control characters
   */
  static String name(String given) {
    String name = given.strip();
    if (name.isEmpty() || name.chars().anyMatch(Character::isISOControl)) {
      throw ApiError.badRequest("user must be text without control characters");
    }
    return name;
  }

  /** Whom limits and cached answers belong to. */
  String subject() {
    return user == null ? subjectOfAddress(address) : subjectOfUser(user);
  }

  static String subjectOfAddress(String address) {
    return "address:" + address;
  }

  static String subjectOfUser(String user) {
    return "user:" + user;
  }
}
