package app.galion.cache;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A million broken envelopes. The seed is fixed, since a checksum of 32 bits lets one in four
 * billion pass: {@code -Dgalion.seed=} tries others.
 */
class MutatedEnvelopesTest {
  static final int MUTATIONS = 1_000_000;
  static final long SEED = Long.getLong("galion.seed", 20261126);

  /** What reading may allocate beside a value. */
  static final long SLACK = 64 * 1024;

  final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  final Random random = new Random(SEED);
  final List<byte[]> originals =
      List.of(
          EnvelopeTest.write(new byte[0], 1024),
          Envelope.of(null, 1, 1000).write(EnvelopeTest.SCHEMA, EnvelopeTest.KEY, 1024),
          EnvelopeTest.write(EnvelopeTest.text(20), 1024),
          EnvelopeTest.write(EnvelopeTest.text(300), 1024),
          EnvelopeTest.write(EnvelopeTest.text(3000), 1024),
          EnvelopeTest.write(EnvelopeTest.text(100_000), 1024));

  @Test
  void areAllMisfits() {
    Map<Envelope.Misfit, Integer> misfits = new EnumMap<>(Envelope.Misfit.class);
    for (int i = 0; i < MUTATIONS; i++) {
      byte[] bytes = mutant();
      Envelope.Reading reading = read(bytes, i);
      assertThat(reading.envelope()).as("seed %s, mutation %s", SEED, i).isNull();
      misfits.merge(requireNonNull(reading.misfit()), 1, Integer::sum);
    }
    assertThat(misfits.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(MUTATIONS);
    assertThat(misfits)
        .as("the mutations reach every check that stands before the checksum")
        .containsKeys(
            Envelope.Misfit.TRUNCATED,
            Envelope.Misfit.OVERSIZED,
            Envelope.Misfit.MAGIC,
            Envelope.Misfit.FORMAT,
            Envelope.Misfit.CHECKSUM);
  }

  @Test
  void neverThrowNorAllocateMoreThanAValueMayHaveThoughTheirChecksumHolds() {
    Map<Envelope.Misfit, Integer> misfits = new EnumMap<>(Envelope.Misfit.class);
    for (int i = 0; i < MUTATIONS / 5; i++) {
      byte[] bytes = mutant();
      if (bytes.length > 4) {
        EnvelopeTest.sealed(bytes);
      }
      Envelope.Misfit misfit = read(bytes, i).misfit();
      if (misfit != null) {
        misfits.merge(misfit, 1, Integer::sum);
      }
    }
    assertThat(misfits)
        .as("forged bytes reach the checks behind the checksum")
        .containsKeys(
            Envelope.Misfit.OTHER_KEY,
            Envelope.Misfit.OTHER_SCHEMA,
            Envelope.Misfit.NEWER_FLAGS,
            Envelope.Misfit.TIMES,
            Envelope.Misfit.INFLATION);
  }

  @Test
  void neverThrowInTheHeaderOfAnEntry() {
    byte[] envelope = originals.get(2);
    byte[] header = "0123456789abcdef|17|fedcba9876543210|a,b|".getBytes(EnvelopeTest.UTF_8);
    byte[] marker = "0123456789abcdef|3|4|2".getBytes(EnvelopeTest.UTF_8);
    byte[] whole =
        ByteBuffer.allocate(header.length + envelope.length).put(header).put(envelope).array();
    for (int i = 0; i < MUTATIONS / 5; i++) {
      RemoteEntry entry = RemoteEntry.parse(mutate(whole));
      if (entry != null) {
        entry.under(random.nextBoolean() ? marker : mutate(marker));
        Envelope.read(entry.bytes(), entry.at(), EnvelopeTest.SCHEMA, EnvelopeTest.KEY);
      }
    }
  }

  private Envelope.Reading read(byte[] bytes, int mutation) {
    long before = threads.getCurrentThreadAllocatedBytes();
    Envelope.Reading reading;
    try {
      reading = EnvelopeTest.read(bytes);
    } catch (Throwable e) {
      throw new AssertionError("seed " + SEED + ", mutation " + mutation, e);
    }
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    if (allocated > CachePolicy.MAX_VALUE_BYTES + SLACK) {
      throw new AssertionError(
          "seed " + SEED + ", mutation " + mutation + " allocated " + allocated + " bytes");
    }
    return reading;
  }

  private byte[] mutant() {
    while (true) {
      byte[] original = originals.get(random.nextInt(originals.size()));
      byte[] bytes = mutate(original);
      if (originals.stream().noneMatch(each -> Arrays.equals(each, bytes))) {
        return bytes;
      }
    }
  }

  private byte[] mutate(byte[] original) {
    byte[] bytes = original.clone();
    switch (random.nextInt(8)) {
      case 0 -> bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      case 1 -> {
        for (int i = random.nextInt(20); i >= 0; i--) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
      }
      case 2 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
      case 3 -> bytes = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(50));
      case 4 -> bytes = spliced(bytes, originals.get(random.nextInt(originals.size())));
      case 5 -> {
        int[] lengths = {0, -1, 1, Integer.MAX_VALUE, Integer.MIN_VALUE, 1 << 20, (1 << 20) + 1};
        int at = random.nextBoolean() ? EnvelopeTest.HEADER - 4 : EnvelopeTest.HEADER;
        int length =
            random.nextBoolean() ? lengths[random.nextInt(lengths.length)] : random.nextInt();
        if (bytes.length >= at + 4) {
          ByteBuffer.wrap(bytes).putInt(at, length);
        }
      }
      case 6 -> {
        int at = random.nextInt(Math.min(bytes.length, EnvelopeTest.HEADER));
        bytes[at] = (byte) random.nextInt();
      }
      default -> {
        bytes = new byte[random.nextInt(200)];
        random.nextBytes(bytes);
      }
    }
    return bytes;
  }

  private byte[] spliced(byte[] one, byte[] other) {
    int head = random.nextInt(one.length);
    int from = random.nextInt(other.length);
    byte[] bytes = Arrays.copyOf(one, head + other.length - from);
    System.arraycopy(other, from, bytes, head, other.length - from);
    return bytes;
  }
}
