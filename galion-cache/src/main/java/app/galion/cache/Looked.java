package app.galion.cache;

import org.jspecify.annotations.Nullable;

/** What a read of a key brought: its entry and its bucket's marker. */
@SuppressWarnings("ArrayRecordComponent") // never compared, never written
record Looked(byte @Nullable [] entry, byte @Nullable [] marker) {}
