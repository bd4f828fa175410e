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

  final String vendor;
  final OutcomeProfile outcomes;
  final TripRule trip;
  final OpenTime open;
  final StageTimes times;

  private VendorProfile(
      String vendor, OutcomeProfile outcomes, TripRule trip, OpenTime open, StageTimes times) {
    this.vendor = vendor;
    this.outcomes = outcomes;
    this.trip = trip;
    this.open = open;
    this.times = times;
  }

  /**
   * Returns the profile of OpenAI chat: opens after 5 failures in a row or at 50 % of at least 20
   * calls in 30 s, for 60 s; connect 5 s, first byte 20 s, gap 15 s, total 120 s.
   *
   * @return a shared instance
   */
  public static VendorProfile openAiChat() {
    return KnownVendors.OPEN_AI_CHAT;
  }

  /**
   * Returns the profile of OpenAI speech to text: as chat, with first byte 30 s, no gap, and total
   * 180 s. The vendor needs about half the length of the recording; give long ones more by {@link
   * VendorCall#firstByte}.
   *
   * @return a shared instance
   */
  public static VendorProfile openAiWhisper() {
    return KnownVendors.OPEN_AI_WHISPER;
  }

  /**
   * Returns the profile of ElevenLabs text to speech: opens after 3 failures in a row or at 50 % of
   * at least 10 calls in 30 s, for 30 s; connect 3 s, first byte 5 s, gap 5 s, total 60 s.
   *
   * @return a shared instance
   */
  public static VendorProfile elevenLabsTts() {
    return KnownVendors.ELEVEN_LABS_TTS;
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
        .consecutiveFailures(trip.consecutiveFailures())
        .failureRate(trip.failureRate())
        .minimumCalls(trip.minimumCalls())
        .window(trip.window())
        .openFor(open.first())
        .maxOpenFor(open.longest())
        .jitter(open.jitter())
        .rampFor(open.ramp())
        .latchFor(open.latch())
        .connect(times.connect())
        .firstByte(times.firstByte())
        .gap(times.gap())
        .total(times.total());
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
      this.consecutiveFailures = Bounds.atLeast("consecutiveFailures", count, 1);
      return this;
    }

    /**
     * Sets which share of failures in the window opens the circuit. Default 0.5.
     *
     * @param share 0.01 to 1
     * @return this builder
     * @throws IllegalArgumentException if out of range
     */
    public Builder failureRate(double share) {
      this.failureRate = Bounds.share("failureRate", share, 0.01, 1);
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
      this.minimumCalls = Bounds.atLeast("minimumCalls", count, 1);
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
      this.openFor = Bounds.positive("openFor", openFor);
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
      this.maxOpenFor = Bounds.positive("maxOpenFor", maxOpenFor);
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
      this.jitter = Bounds.share("jitter", share, 0, 0.5);
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
      this.rampFor = Bounds.notNegative("rampFor", rampFor);
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
      this.latchFor = Bounds.positive("latchFor", latchFor);
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
      this.connect = Bounds.positive("connect", connect);
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
      this.firstByte = Bounds.positive("firstByte", firstByte);
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
      this.gap = Bounds.notNegative("gap", gap);
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
      this.total = Bounds.positive("total", total);
      return this;
    }

    /**
     * Builds the profile.
     *
     * @return the profile
     * @throws IllegalStateException if settings contradict each other; names all of them
     */
    public VendorProfile build() {
      TripRule trip = new TripRule(consecutiveFailures, failureRate, minimumCalls, window);
      OpenTime open = new OpenTime(openFor, maxOpenFor, jitter, rampFor, latchFor);
      StageTimes times = new StageTimes(connect, firstByte, gap, total);
      List<String> problems = new ArrayList<>();
      open.addProblems(problems);
      times.addProblems(problems);
      if (!problems.isEmpty()) {
        throw new IllegalStateException(
            "vendor profile '" + vendor + "' contradicts itself: " + String.join("; ", problems));
      }
      return new VendorProfile(vendor, outcomes, trip, open, times);
    }
  }
}
