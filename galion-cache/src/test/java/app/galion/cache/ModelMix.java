package app.galion.cache;

import app.galion.cache.ModelOp.Kind;
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
 * @param gets how many calls in a hundred are gets
 */
record ModelMix(int keys, int gets, List<Kind> writes, Map<ModelFault, Integer> faults) {
  private static final int OFTEN = 6;

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
    return new ModelMix(1 + random.nextInt(3), 20 + random.nextInt(50), writes, faults);
  }

  /** One key, few kinds of writes and faults: for what takes many steps to come about. */
  static ModelMix of(List<Kind> writes, ModelFault... often) {
    Set<ModelFault> chosen = EnumSet.copyOf(Arrays.asList(often));
    Map<ModelFault, Integer> faults = new EnumMap<>(ModelFault.class);
    for (ModelFault fault : ModelFault.values()) {
      faults.put(fault, chosen.contains(fault) ? OFTEN : 0);
    }
    return new ModelMix(1, 50, writes, faults);
  }

  int weight(ModelFault fault) {
    return faults.getOrDefault(fault, 0);
  }

  /** How eager commands are to be executed and answered. */
  int haste() {
    return weight(ModelFault.LATE) == OFTEN ? 6 : 20;
  }
}
