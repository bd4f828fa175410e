package app.galion.cache;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.cache.Envelope.Misfit;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.zip.CRC32C;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;

class EnvelopeTest {
  static final Schema SCHEMA = new Schema("test", 2);
  static final long KEY = 42;
  static final int FLAGS_AT = 3;
  static final int HEADER = 44;

  static byte[] write(byte[] value, int compressAbove) {
    return Envelope.of(value, 1, 1000).write(SCHEMA, KEY, compressAbove);
  }

  static Envelope.Reading read(byte[] bytes) {
    return Envelope.read(bytes, 0, SCHEMA, KEY);
  }

  static byte[] text(int length) {
    return "all work and no play ".repeat(length / 21 + 1).substring(0, length).getBytes(UTF_8);
  }

  static final java.nio.charset.Charset UTF_8 = StandardCharsets.UTF_8;

  /** Gives forged bytes the checksum that they need to be believed. */
  static byte[] sealed(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, bytes.length - 4);
    ByteBuffer.wrap(bytes).putInt(bytes.length - 4, (int) crc.getValue());
    return bytes;
  }

  /** An envelope whose value claims to be a deflated one. */
  static byte[] deflated(int declared, byte[] stream) {
    byte[] body = ByteBuffer.allocate(4 + stream.length).putInt(declared).put(stream).array();
    byte[] bytes = write(body, Integer.MAX_VALUE);
    bytes[FLAGS_AT] |= 2;
    return sealed(bytes);
  }

  static byte[] deflate(byte[] value) {
    Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
    deflater.setInput(value);
    deflater.finish();
    byte[] out = new byte[value.length + 100];
    int size = deflater.deflate(out);
    deflater.end();
    return java.util.Arrays.copyOf(out, size);
  }

  @Test
  void deflatesAValueAboveTheLimitAndGivesItBackAsItWas() {
    byte[] value = text(5000);
    byte[] bytes = write(value, 1024);
    assertThat(bytes.length).isLessThan(500);
    assertThat(Envelope.valueSize(bytes)).isEqualTo(5000);
    assertThat(read(bytes).envelope().value()).isEqualTo(value);
  }

  @Test
  void leavesAValueUpToTheLimitAsItIs() {
    assertThat(write(text(1024), 1024)).hasSize(1024 + 48);
    assertThat(write(text(1025), 1024).length).isLessThan(1025);
    assertThat(write(text(100_000), Integer.MAX_VALUE)).hasSize(100_000 + 48);
    assertThat(Envelope.valueSize(write(text(1024), 1024))).isEqualTo(1024);
  }

  @Test
  void keepsTheDeflatedFormOnlyIfItSavesAnEighth() {
    Random random = new Random(1);
    byte[] noise = new byte[8000];
    random.nextBytes(noise);
    assertThat(write(noise, 0)).hasSize(8000 + 48);

    byte[] mostlyNoise = noise.clone();
    System.arraycopy(new byte[700], 0, mostlyNoise, 0, 700);
    assertThat(write(mostlyNoise, 0)).as("saves less than an eighth").hasSize(8000 + 48);

    byte[] partlyNoise = noise.clone();
    System.arraycopy(new byte[2000], 0, partlyNoise, 0, 2000);
    byte[] bytes = write(partlyNoise, 0);
    assertThat(bytes.length).isLessThanOrEqualTo(7000 + 48);
    assertThat(read(bytes).envelope().value()).isEqualTo(partlyNoise);
  }

  @Test
  void givesBackValuesOfEverySizeAsTheyWere() {
    for (int size = 0; size < 700; size++) {
      byte[] value = text(size);
      assertThat(read(write(value, 0)).envelope().value()).isEqualTo(value);
    }
    byte[] most = text(CachePolicy.MAX_VALUE_BYTES);
    assertThat(read(write(most, 0)).envelope().value()).isEqualTo(most);
  }

  @Test
  void inflatesNoFurtherThanDeclared() {
    byte[] bomb = deflate(new byte[CachePolicy.MAX_VALUE_BYTES]);
    assertThat(read(deflated(10, bomb)).misfit()).isEqualTo(Misfit.INFLATION);
    assertThat(read(deflated(CachePolicy.MAX_VALUE_BYTES - 1, bomb)).misfit())
        .isEqualTo(Misfit.INFLATION);
    assertThat(read(deflated(CachePolicy.MAX_VALUE_BYTES, bomb)).envelope()).isNotNull();
  }

  @Test
  void inflatesNothingThatDeclaresMoreThanAValueMayHave() {
    byte[] bomb = deflate(new byte[10 * CachePolicy.MAX_VALUE_BYTES]);
    assertThat(read(deflated(10 * CachePolicy.MAX_VALUE_BYTES, bomb)).misfit())
        .isEqualTo(Misfit.INFLATION);
    assertThat(read(deflated(-1, bomb)).misfit()).isEqualTo(Misfit.INFLATION);
    assertThat(read(deflated(Integer.MAX_VALUE, bomb)).misfit()).isEqualTo(Misfit.INFLATION);
  }

  @Test
  void refusesAStreamThatIsCutOffFollowedByMoreOrEmpty() {
    byte[] stream = deflate(text(3000));
    assertThat(read(deflated(3000, stream)).envelope()).isNotNull();
    assertThat(read(deflated(3000, java.util.Arrays.copyOf(stream, stream.length - 2))).misfit())
        .isEqualTo(Misfit.INFLATION);
    assertThat(read(deflated(3000, java.util.Arrays.copyOf(stream, stream.length + 2))).misfit())
        .isEqualTo(Misfit.INFLATION);
    assertThat(read(deflated(0, new byte[0])).misfit()).isEqualTo(Misfit.INFLATION);
  }

  @Test
  void leavesAloneWhatCarriesAFlagOfANewerProgram() {
    byte[] bytes = write(text(10), 0);
    bytes[FLAGS_AT] |= 4;
    assertThat(read(bytes).misfit()).isEqualTo(Misfit.CHECKSUM);
    assertThat(read(sealed(bytes)).misfit()).isEqualTo(Misfit.NEWER_FLAGS);
    assertThat(Misfit.NEWER_FLAGS.newer()).isTrue();
  }

  @Test
  void refusesTimesThatNobodyWrites() {
    assertThat(read(Envelope.of(text(3), -1, 1).write(SCHEMA, KEY, 0)).misfit())
        .isEqualTo(Misfit.TIMES);
    assertThat(read(Envelope.of(text(3), 1, Long.MAX_VALUE).write(SCHEMA, KEY, 0)).misfit())
        .isEqualTo(Misfit.TIMES);
  }

  @Test
  void tellsAnOlderSchemaFromANewerOne() {
    byte[] bytes = write(text(3), 0);
    assertThat(Envelope.read(bytes, 0, new Schema("test", 3), KEY).misfit())
        .isEqualTo(Misfit.OTHER_SCHEMA);
    assertThat(Envelope.read(bytes, 0, new Schema("test", 1), KEY).misfit())
        .isEqualTo(Misfit.NEWER_SCHEMA);
    assertThat(Envelope.read(bytes, 0, new Schema("other", 2), KEY).misfit())
        .isEqualTo(Misfit.OTHER_SCHEMA);
    assertThat(Envelope.read(bytes, 0, SCHEMA, KEY + 1).misfit()).isEqualTo(Misfit.OTHER_KEY);
  }
}
