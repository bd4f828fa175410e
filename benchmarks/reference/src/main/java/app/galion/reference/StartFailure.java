package app.galion.reference;

/** Why the reference API cannot start, in one line that says what to do. */
final class StartFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  StartFailure(String message) {
    super(message.replaceAll("\\s*\\R\\s*", " "));
  }
}
