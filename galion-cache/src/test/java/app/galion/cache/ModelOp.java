package app.galion.cache;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A call of the model test: for a write, the rows it committed before; for a get, what its answer
 * must not be older than.
 */
final class ModelOp {

  /** What is called. */
  enum Kind {
    GET,
    /** On a thread of its own, which waits. */
    GET_HERE,
    /** Asks Redis whatever this process holds. */
    STRICT,
    /** Loads whatever is there. */
    REFRESH,
    /** Of all keys but the one with the tag. */
    GET_ALL,
    PEEK,
    /** Neither looks into this process nor leaves there what it finds. */
    SKIP_LOCAL,
    /** Neither reads Redis nor writes there. */
    SKIP_REMOTE,
    INV,
    PUT,
    ABSENT,
    COMPUTE,
    CLEAR,
    TAG,
    /** A tag that no row carries. */
    OTHER_TAG,
    EXPIRE;

    /** Whether its caller keeps other writers of the row away. */
    boolean exclusive() {
      return this == PUT || this == ABSENT || this == COMPUTE;
    }

    boolean reads() {
      return ordinal() < INV.ordinal();
    }

    /** Whether it must be as fresh as Redis is when it begins. */
    boolean strict() {
      return this == STRICT || this == SKIP_LOCAL || this == COMPUTE;
    }

    /** Whether its node may keep a value because of it. */
    boolean keeps() {
      return switch (this) {
        case SKIP_LOCAL, INV, CLEAR, TAG, OTHER_TAG -> false;
        default -> true;
      };
    }
  }

  final int number;
  final Kind kind;
  final int node;
  final int key;
  /* of a write: the value of each row that it committed, 0 for those that it leaves alone */
  final long[] values;
  /* what of these has executed and was not lost since */
  final long[] granted;

  /* of a get */
  long need;
  long own;
  long served;
  boolean crossedFailover;
  boolean done;
  /* whether a get holds its caller's thread */
  boolean here;
  volatile boolean failed;
  volatile @Nullable Answer<String> got;
  /* of a compute, the value that it was shown, 0 for none */
  long answer;
  /* of a get of all, one for each key */
  final List<ModelOp> parts = new ArrayList<>();
  private volatile WriteResult result = WriteResult.REFUSED;

  ModelOp(int number, Kind kind, int node, int key, int keys) {
    this.number = number;
    this.kind = kind;
    this.node = node;
    this.key = key;
    values = new long[keys];
    granted = new long[keys];
  }

  boolean writes() {
    return !kind.reads() && kind != Kind.EXPIRE;
  }

  void returned(WriteResult what) {
    result = what;
  }

  WriteResult result() {
    return result;
  }

  boolean touches(ModelOp other) {
    return key < 0 || other.key < 0 || key == other.key;
  }

  @Override
  public String toString() {
    return "#"
        + number
        + " "
        + "ABC".charAt(node)
        + "."
        + kind.name().toLowerCase(java.util.Locale.ROOT)
        + (key < 0 ? "" : "(" + key + ")")
        + (kind.reads() ? "" : Arrays.toString(values));
  }
}
