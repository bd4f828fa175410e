package app.galion.cache;

import app.galion.cache.ModelOp.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * How often what happens in one run of the model test. Each run draws its own mix, so that few
 * faults together are tried as well as all at once.
 *
 * @param buckets in which the keys are
 * @param clustered whether each bucket has a master of its own
 * @param gets how many calls in a hundred are gets
 * @param evicted which of a bucket's keys may be evicted, "E" for an entry
 */
record ModelMix(
    int keys,
    int buckets,
    boolean clustered,
    int gets,
    List<Kind> reads,
    List<Kind> writes,
    Map<ModelFault, Integer> faults,
    List<String> evicted) {
  private static final int OFTEN = 6;
  private static final List<String> ALL = List.of("E", "G", "T", "H", "J");
  private static final List<Kind> READS =
      List.of(
          Kind.GET,
          Kind.GET,
          Kind.GET,
          Kind.GET_HERE,
          Kind.STRICT,
          Kind.STRICT,
          Kind.REFRESH,
          Kind.GET_ALL,
          Kind.PEEK,
          Kind.SKIP_LOCAL,
          Kind.SKIP_REMOTE);
  private static final List<List<Kind>> ANY_READS =
      List.of(List.of(Kind.GET), List.of(Kind.GET), READS, READS, List.of(Kind.SKIP_LOCAL));

  static ModelMix any(Random random) {
    Map<ModelFault, Integer> faults = new EnumMap<>(ModelFault.class);
    for (ModelFault fault : ModelFault.values()) {
      faults.put(fault, List.of(0, 1, 1, OFTEN).get(random.nextInt(4)));
    }
    List<Kind> writes = new ArrayList<>(Collections.nCopies(3, Kind.INV));
    writes.addAll(Collections.nCopies(3, Kind.PUT));
    writes.addAll(
        List.of(
            Kind.COMPUTE,
            Kind.ABSENT,
            Kind.CLEAR,
            Kind.TAG,
            Kind.TAG,
            Kind.OTHER_TAG,
            Kind.EXPIRE));
    int keys = 1 + random.nextInt(3);
    int buckets = keys == 1 ? 1 : 1 + random.nextInt(2);
    List<Kind> reads = ANY_READS.get(random.nextInt(ANY_READS.size()));
    boolean clustered = buckets > 1 && random.nextBoolean();
    return new ModelMix(
        keys, buckets, clustered, 20 + random.nextInt(50), reads, writes, faults, ALL);
  }

  /** One key, few kinds of writes and faults: for what takes many steps to come about. */
  static ModelMix of(List<Kind> writes, ModelFault... often) {
    Set<ModelFault> chosen = EnumSet.copyOf(Arrays.asList(often));
    Map<ModelFault, Integer> faults = new EnumMap<>(ModelFault.class);
    for (ModelFault fault : ModelFault.values()) {
      faults.put(fault, chosen.contains(fault) ? OFTEN : 0);
    }
    return new ModelMix(1, 1, false, 50, List.of(Kind.GET), writes, faults, ALL);
  }

  /** With reads that join nobody. */
  ModelMix mostlyStrict() {
    List<Kind> strict = List.of(Kind.GET, Kind.STRICT, Kind.STRICT, Kind.STRICT);
    return new ModelMix(keys, buckets, clustered, 70, strict, writes, faults, evicted);
  }

  ModelMix withReads(Kind... of) {
    return new ModelMix(keys, buckets, clustered, gets, List.of(of), writes, faults, evicted);
  }

  /** Only heads are evicted. */
  ModelMix withHeadsLost() {
    return new ModelMix(keys, buckets, clustered, gets, reads, writes, faults, List.of("H"));
  }

  /** Few writes to each key, so that the last one may be the one that matters. */
  ModelMix withFewWrites() {
    return new ModelMix(3, buckets, clustered, 75, reads, writes, faults, evicted);
  }

  ModelMix inOneBucket() {
    return new ModelMix(keys, 1, false, gets, reads, writes, faults, evicted);
  }

  /** Keys of the buckets in turn. */
  List<String> names() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < keys; i++) {
      names.add(ModelNode.names(i % buckets, keys).get(i / buckets));
    }
    return names;
  }

  /** Long enough for slow loads where there are any. */
  Duration loaderTimeout() {
    return Duration.ofSeconds(weight(ModelFault.SLOW) > 0 ? 20 : 3);
  }

  int weight(ModelFault fault) {
    return faults.getOrDefault(fault, 0);
  }

  /** How eager commands are to be executed and answered. */
  int haste() {
    return weight(ModelFault.LATE) == OFTEN ? 6 : 20;
  }
}
