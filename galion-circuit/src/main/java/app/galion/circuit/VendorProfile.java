package app.galion.circuit;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What a circuit has to know of its vendor: what its errors mean, what opens the circuit and for
 * how long, and how long each stage of a call may take. Data only: immutable, thread-safe, shared
 * at will.
 */
public final class VendorProfile {

  private static final VendorProfile OPEN_AI_CHAT =
      builder("openai-chat").outcomes(OutcomeProfile.openAi()).build();
  private static final VendorProfile OPEN_AI_WHISPER =
      builder("openai-whisper")
          .outcomes(OutcomeProfile.openAi())
          .firstByte(Duration.ofSeconds(30))
          .gap(Duration.ZERO)
          .total(Duration.ofMinutes(3))
          .build();
  private static final VendorProfile ELEVEN_LABS_TTS =
      builder("elevenlabs-tts")
          .outcomes(OutcomeProfile.elevenLabs())
          .consecutiveFailures(3)
          .minimumCalls(10)
          .openFor(Duration.ofSeconds(30))
          .connect(Duration.ofSeconds(3))
          .firstByte(Duration.ofSeconds(5))
          .gap(Duration.ofSeconds(5))
          .total(Duration.ofMinutes(1))
          .build();

  final String vendor;
  final OutcomeProfile outcomes;
  final int consecutiveFailures;
  final double failureRate;
  final int minimumCalls;
  final Duration window;
  final Duration openFor;
  final Duration maxOpenFor;
  final double jitter;
  final Duration rampFor;
  final Duration latchFor;
  final Duration connect;
  final Duration firstByte;
  final Duration gap;
  final Duration total;

  private VendorProfile(Builder builder) {
    this.vendor = builder.vendor;
    this.outcomes = builder.outcomes;
    this.consecutiveFailures = builder.consecutiveFailures;
    this.failureRate = builder.failureRate;
    this.minimumCalls = builder.minimumCalls;
    this.window = builder.window;
    this.openFor = builder.openFor;
    this.maxOpenFor = builder.maxOpenFor;
    this.jitter = builder.jitter;
    this.rampFor = builder.rampFor;
    this.latchFor = builder.latchFor;
    this.connect = builder.connect;
    this.firstByte = builder.firstByte;
    this.gap = builder.gap;
    this.total = builder.total;
  }

  /**
   * Returns the profile of OpenAI chat: opens after 5 failures in a row or at 50 % of at least 20
   * calls in 30 s, for 60 s; connect 5 s, first byte 20 s, gap 15 s, total 120 s.
   *
   * @return a shared instance
   */
  public static VendorProfile openAiChat() {
    return OPEN_AI_CHAT;
  }

  /**
   * Returns the profile of OpenAI speech to text: as chat, with first byte 30 s, no gap, and total
   * 180 s. The vendor needs about half the length of the recording; give long ones more by {@link
   * VendorCall#firstByte}.
   *
   * @return a shared instance
   */
  public static VendorProfile openAiWhisper() {
    return OPEN_AI_WHISPER;
  }

  /**
   * Returns the profile of ElevenLabs text to speech: opens after 3 failures in a row or at 50 % of
   * at least 10 calls in 30 s, for 30 s; connect 3 s, first byte 5 s, gap 5 s, total 60 s.
   *
   * @return a shared instance
   */
  public static VendorProfile elevenLabsTts() {
    return ELEVEN_LABS_TTS;
  }

  /**
   * Starts a profile of another vendor. Its defaults are those of {@link #openAiChat()}, with an
   * outcome profile that knows HTTP only.
   *
   * @param vendor the vendor and its endpoint, for messages
   * @return a builder
   */
  public static Builder builder(String vendor) {
    return new Builder(vendor);
  }

  /**
   * Starts a profile from this one.
   *
   * @return a builder with this profile's settings
   */
  public Builder toBuilder() {
    return new Builder(vendor)
        .outcomes(outcomes)
        .consecutiveFailures(consecutiveFailures)
        .failureRate(failureRate)
        .minimumCalls(minimumCalls)
        .window(window)
        .openFor(openFor)
        .maxOpenFor(maxOpenFor)
        .jitter(jitter)
        .rampFor(rampFor)
        .latchFor(latchFor)
        .connect(connect)
        .firstByte(firstByte)
        .gap(gap)
        .total(total);
  }

  /**
   * Returns the vendor and its endpoint.
   *
   * @return the name given
   */
  public String vendor() {
    return vendor;
  }

  /**
   * Returns what the vendor's errors mean.
   *
   * @return the outcome profile
   */
  public OutcomeProfile outcomes() {
    return outcomes;
  }

  @Override
  public String toString() {
    return "vendor profile '" + vendor + "'";
  }

  /** Collects a profile's settings. */
  public static final class Builder {

    private final String vendor;
    private OutcomeProfile outcomes = VendorErrors.HTTP;
    private int consecutiveFailures = 5;
    private double failureRate = 0.5;
    private int minimumCalls = 20;
    private Duration window = Duration.ofSeconds(30);
    private Duration openFor = Duration.ofMinutes(1);
    private Duration maxOpenFor = Duration.ofMinutes(5);
    private double jitter = 0.2;
    private Duration rampFor = Duration.ofSeconds(30);
    private Duration latchFor = Duration.ofMinutes(10);
    private Duration connect = Duration.ofSeconds(5);
    private Duration firstByte = Duration.ofSeconds(20);
    private Duration gap = Duration.ofSeconds(15);
    private Duration total = Duration.ofMinutes(2);

    private Builder(String vendor) {
      this.vendor = requireNonNull(vendor, "vendor");
    }

    /**
     * Sets what the vendor's errors mean. Default: HTTP's own meaning.
     *
     * @param outcomes the rules
     * @return this builder
     */
    public Builder outcomes(OutcomeProfile outcomes) {
      this.outcomes = requireNonNull(outcomes, "outcomes");
      return this;
    }

    /**
     * Sets how many failures in a row open the circuit. Default 5.
     *
     * @param count at least 1
     * @return this builder
     * @throws IllegalArgumentException if out of range
     */
    public Builder consecutiveFailures(int count) {
      this.consecutiveFailures = atLeast("consecutiveFailures", count, 1);
      return this;
    }

    /**
     * Sets which share of failures in the window opens the circuit. Default 0.5.
     *
     * @param share above 0, at most 1
     * @return this builder
     * @throws IllegalArgumentException if out of range
     */
    public Builder failureRate(double share) {
      if (!(share >= 0.01 && share <= 1)) {
        throw new IllegalArgumentException("failureRate " + share + " must be 0.01 to 1");
      }
      this.failureRate = share;
      return this;
    }

    /**
     * Sets how many calls the window must hold before the share counts. Default 20.
     *
     * @param count at least 1
     * @return this builder
     * @throws IllegalArgumentException if out of range
     */
    public Builder minimumCalls(int count) {
      this.minimumCalls = atLeast("minimumCalls", count, 1);
      return this;
    }

    /**
     * Sets the length of the window. Default 30 s.
     *
     * @param window 1 s to 10 min, counted in whole seconds
     * @return this builder
     * @throws IllegalArgumentException if out of range
     */
    public Builder window(Duration window) {
      long seconds = requireNonNull(window, "window").toSeconds();
      if (seconds < 1 || seconds > 600) {
        throw new IllegalArgumentException("window " + window + " must be 1 s to 10 min");
      }
      this.window = window;
      return this;
    }

    /**
     * Sets how long the circuit opens the first time; doubled each time a trial fails. Default 60
     * s.
     *
     * @param openFor above zero
     * @return this builder
     * @throws IllegalArgumentException if out of range
     */
    public Builder openFor(Duration openFor) {
      this.openFor = positive("openFor", openFor);
      return this;
    }

    /**
     * Sets where doubling ends. Default 300 s.
     *
     * @param maxOpenFor above zero, not below {@code openFor}
     * @return this builder
     * @throws IllegalArgumentException if out of range
     */
    public Builder maxOpenFor(Duration maxOpenFor) {
      this.maxOpenFor = positive("maxOpenFor", maxOpenFor);
      return this;
    }

    /**
     * Sets by which share the open time varies at random, so that nodes do not try together.
     * Default 0.2: between 80 and 120 %.
     *
     * @param share 0 to 0.5
     * @return this builder
     * @throws IllegalArgumentException if out of range
     */
    public Builder jitter(double share) {
      if (!(share >= 0 && share <= 0.5)) {
        throw new IllegalArgumentException("jitter " + share + " must be 0 to 0.5");
      }
      this.jitter = share;
      return this;
    }

    /**
     * Sets for how long after a good trial only a growing share of parallel calls passes, 10 % to
     * 100 %. One call at a time always passes. Default 30 s; zero: all at once.
     *
     * @param rampFor at least zero
     * @return this builder
     * @throws IllegalArgumentException if out of range
     */
    public Builder rampFor(Duration rampFor) {
      this.rampFor = notNegative("rampFor", rampFor);
      return this;
    }

    /**
     * Sets how long a key is refused after a quota or key error before one call looks again.
     * Default 10 min.
     *
     * @param latchFor above zero
     * @return this builder
     * @throws IllegalArgumentException if out of range
     */
    public Builder latchFor(Duration latchFor) {
      this.latchFor = positive("latchFor", latchFor);
      return this;
    }

    /**
     * Sets how long connecting may take. Default 5 s. Seen when the request's body is asked for, so
     * it does not apply to a request without one.
     *
     * @param connect above zero
     * @return this builder
     * @throws IllegalArgumentException if out of range
     */
    public Builder connect(Duration connect) {
      this.connect = positive("connect", connect);
      return this;
    }

    /**
     * Sets how long the vendor may take from the last byte of the request to the first of the
     * answer's body. Default 20 s.
     *
     * @param firstByte above zero
     * @return this builder
     * @throws IllegalArgumentException if out of range
     */
    public Builder firstByte(Duration firstByte) {
      this.firstByte = positive("firstByte", firstByte);
      return this;
    }

    /**
     * Sets the longest silence within an answer. Default 15 s; zero: no limit but the total.
     *
     * @param gap at least zero
     * @return this builder
     * @throws IllegalArgumentException if out of range
     */
    public Builder gap(Duration gap) {
      this.gap = notNegative("gap", gap);
      return this;
    }

    /**
     * Sets how long a call may take from its start to the end of its answer. Default 120 s.
     *
     * @param total above zero
     * @return this builder
     * @throws IllegalArgumentException if out of range
     */
    public Builder total(Duration total) {
      this.total = positive("total", total);
      return this;
    }

    /**
     * Builds the profile.
     *
     * @return the profile
     * @throws IllegalStateException if settings contradict each other; names all of them
     */
    public VendorProfile build() {
      List<String> problems = new ArrayList<>();
      if (openFor.compareTo(maxOpenFor) > 0) {
        problems.add("openFor " + openFor + " is longer than maxOpenFor " + maxOpenFor);
      }
      if (connect.compareTo(total) > 0) {
        problems.add("connect " + connect + " is longer than total " + total);
      }
      if (firstByte.compareTo(total) > 0) {
        problems.add("firstByte " + firstByte + " is longer than total " + total);
      }
      if (gap.compareTo(total) > 0) {
        problems.add("gap " + gap + " is longer than total " + total);
      }
      if (!problems.isEmpty()) {
        throw new IllegalStateException(
            "vendor profile '" + vendor + "' contradicts itself: " + String.join("; ", problems));
      }
      return new VendorProfile(this);
    }

    static int atLeast(String what, int value, int min) {
      if (value < min) {
        throw new IllegalArgumentException(what + " " + value + " must be >= " + min);
      }
      return value;
    }

    static Duration positive(String what, Duration value) {
      if (requireNonNull(value, what).isZero()) {
        throw new IllegalArgumentException(what + " " + value + " must be above zero");
      }
      return notNegative(what, value);
    }

    static Duration notNegative(String what, Duration value) {
      if (requireNonNull(value, what).isNegative() || value.toDays() > 365) {
        throw new IllegalArgumentException(what + " " + value + " must be 0 to 365 days");
      }
      return value;
    }
  }
}
