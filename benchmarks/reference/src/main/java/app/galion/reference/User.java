package app.galion.reference;

/** A user as the API shows it. */
record User(long id, String name, String plan, long version) {}
