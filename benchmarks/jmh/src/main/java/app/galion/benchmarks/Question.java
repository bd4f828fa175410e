package app.galion.benchmarks;

import java.util.Arrays;
import java.util.List;

/** What is asked, of whom, at how many threads, and what is hoped for. */
@SuppressWarnings("ImmutableEnumChecker") // lists made by List.of
enum Question {
  LOCAL_HIT(
      LocalHit.class,
      CacheContender.class,
      "What does a hit in this process cost?",
      CacheContender.CAFFEINE_RECORDED,
      false,
      List.of(
          Goal.time(CacheContender.GALION, CacheContender.CAFFEINE_RECORDED, 1.05),
          Goal.bytes(CacheContender.GALION, 0),
          Goal.time(CacheContender.GALION_TIERED, CacheContender.CAFFEINE_RECORDED, 1.05),
          Goal.bytes(CacheContender.GALION_TIERED, 0))),
  REMOTE_HIT(
      RemoteHit.class,
      RemoteContender.class,
      "What does a hit in Redis cost?",
      RemoteContender.LETTUCE,
      true,
      List.of(Goal.time(RemoteContender.GALION, RemoteContender.LETTUCE, 1 / 0.95))),
  BULK_GET(
      BulkGet.class,
      BulkContender.class,
      "What do 100 hits in Redis cost that are asked for together?",
      BulkContender.LETTUCE,
      true,
      List.of(Goal.time(BulkContender.GALION, BulkContender.GALION_ONE_BY_ONE, 1 / 10.0).at(1))) {
    @Override
    List<Integer> threads() {
      return List.of(1, 16);
    }
  },
  LIMIT_HOT_KEY(
      LimitHotKey.class,
      LimitContender.class,
      "How fast is a decision when everybody asks for one key?",
      LimitContender.RAW_INCR,
      true,
      List.of(
          Goal.time(LimitContender.GALION, LimitContender.BUCKET4J, 1 / 200.0).at(64),
          Goal.time(LimitContender.GALION, LimitContender.RAW_INCR, 1 / 2.5).at(64),
          Goal.time(LimitContender.GALION, LimitContender.RAW_INCR, 1.5).at(1),
          Goal.time(LimitContender.GALION_LOCAL, LimitContender.BUCKET4J_LOCAL, 1.5).at(1),
          Goal.time(LimitContender.GALION_DENIED, LimitContender.BUCKET4J_LOCAL, 1).at(1),
          Goal.bytes(LimitContender.GALION_LOCAL, 164).at(1),
          Goal.bytes(LimitContender.GALION_DENIED, 0).at(1))),
  LIMIT_MANY_KEYS(
      LimitManyKeys.class,
      KeyedContender.class,
      "How fast is a decision when everybody asks for another of 10 000 keys?",
      KeyedContender.RAW_INCR,
      true,
      List.of(Goal.time(KeyedContender.GALION, KeyedContender.RAW_INCR, 1 / 0.7))) {
    @Override
    List<Integer> threads() {
      return List.of(16);
    }
  },
  LIMIT_REJECTED(
      LimitRejected.class,
      KeyedContender.class,
      "What does a flood cost of which 90 % is refused?",
      KeyedContender.RAW_INCR,
      true,
      List.of(Goal.commands(KeyedContender.GALION, 0.05))) {
    @Override
    List<Integer> threads() {
      return List.of(64);
    }
  },
  CIRCUIT_CLOSED(
      CircuitClosed.class,
      CircuitContender.class,
      "What does a closed circuit add to a call?",
      CircuitContender.RESILIENCE4J,
      false,
      List.of(
          Goal.time(CircuitContender.GALION_TWO_STEPS, CircuitContender.RESILIENCE4J, 1.25),
          Goal.bytes(CircuitContender.GALION_TWO_STEPS, CircuitContender.RESILIENCE4J))),
  CIRCUIT_OPEN(
      CircuitOpen.class,
      CircuitContender.class,
      "What does it cost to be refused by an open circuit?",
      CircuitContender.RESILIENCE4J,
      false,
      List.of(
          Goal.nanos(CircuitContender.GALION_TWO_STEPS, 30),
          Goal.bytes(CircuitContender.GALION_TWO_STEPS, 0))),
  CLASSIFY(
      Classify.class,
      ClassifyContender.class,
      "What does it cost to tell whose fault an error is?",
      ClassifyContender.JACKSON,
      false,
      List.of()) {
    @Override
    List<Integer> threads() {
      return List.of(1);
    }
  },
  HEALTH_READ(
      HealthRead.class,
      HealthContender.class,
      "What does a health probe cost the node that answers it?",
      HealthContender.BY_HAND,
      false,
      List.of()) {
    @Override
    List<Integer> threads() {
      return List.of(1);
    }
  },
  HOT_PATH(
      HotPath.class,
      HotPathContender.class,
      "What do limit, cache and circuit together add to a request?",
      HotPathContender.BY_HAND,
      false,
      List.of());

  private final Class<?> benchmark;
  private final Class<? extends Enum<?>> contenders;
  private final String text;
  private final Contender reference;
  private final boolean redisBound;
  private final List<Goal> goals;

  Question(
      Class<?> benchmark,
      Class<? extends Enum<?>> contenders,
      String text,
      Contender reference,
      boolean redisBound,
      List<Goal> goals) {
    this.benchmark = benchmark;
    this.contenders = contenders;
    this.text = text;
    this.reference = reference;
    this.redisBound = redisBound;
    this.goals = goals;
  }

  /** The name of its class, of its result file and of its chart. */
  String title() {
    return benchmark.getSimpleName();
  }

  String include() {
    return "^" + benchmark.getName().replace(".", "\\.") + "\\.";
  }

  String text() {
    return text;
  }

  /** The one whose cost is 1 in the tables. */
  Contender reference() {
    return reference;
  }

  /** Whether latencies and Redis commands are measured too. */
  boolean redisBound() {
    return redisBound;
  }

  /** Whether some contender wants a Redis at hand. */
  boolean asksRedis() {
    return redisBound || this == LOCAL_HIT;
  }

  List<Goal> goals() {
    return goals;
  }

  List<Contender> contenders(int threads) {
    return contenders().stream().filter(contender -> asks(contender, threads)).toList();
  }

  List<Contender> contenders() {
    return Arrays.stream(contenders.getEnumConstants()).map(Contender.class::cast).toList();
  }

  /** The contender of that constant's name. */
  Contender contender(String constant) {
    return contenders().stream()
        .filter(each -> ((Enum<?>) each).name().equals(constant))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(title() + " has no contender " + constant));
  }

  /** Whether a contender is asked at that many threads. */
  boolean asks(Contender contender, int threads) {
    return !redisBound || !contender.inProcess() || threads == threads().get(0);
  }

  List<Integer> threads() {
    int all = Runtime.getRuntime().availableProcessors();
    if (redisBound) {
      return List.of(1, 16, 64);
    }
    return all == 1 ? List.of(1) : List.of(1, all);
  }
}
