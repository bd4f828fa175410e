package app.galion.health;

import java.util.regex.Pattern;

/** Which names checks and groups may have. */
final class CheckNames {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  private CheckNames() {}

  static String require(String what, String name) {
    if (!NAME.matcher(name).matches()) {
      String shown = name.length() <= 64 ? name : name.substring(0, 64) + "…";
      throw new IllegalArgumentException(
          what + " name '" + shown + "' must be 1 to 64 ASCII letters, digits, '.', '_' or '-'");
    }
    return name;
  }
}
