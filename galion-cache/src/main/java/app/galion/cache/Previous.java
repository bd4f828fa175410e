package app.galion.cache;

import org.jspecify.annotations.Nullable;

/** The value that a load is to replace, for a loader that finds it unchanged. */
record Previous<V>(String id, @Nullable V value, Tags tags) {}
