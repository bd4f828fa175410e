package app.galion.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DiskCheckTest {

  private static final long TOTAL = 1000;
  private static final Path DATA = Path.of("data");

  private final Map<Path, Long> free = new HashMap<>(Map.of(DATA, 500L));
  private DiskCheck check = Checks.disk(DATA).gauge(path -> new DiskSpace(TOTAL, free.get(path)));

  private String at(long bytes) {
    free.put(DATA, bytes);
    return verdict();
  }

  private String verdict() {
    return check.check(Duration.ofSeconds(2)).status().name();
  }

  @Test
  void failsBelowTenDegradesBelowFifteen() {
    assertThat(at(150)).isEqualTo("UP");
    assertThat(at(149)).isEqualTo("DEGRADED");
    assertThat(at(100)).isEqualTo("DEGRADED");
    assertThat(at(99)).isEqualTo("DOWN");
  }

  @Test
  void betweenFailingAndRecoveryTheLastVerdictStands() {
    assertThat(at(110)).isEqualTo("DEGRADED");
    assertThat(at(99)).isEqualTo("DOWN");
    assertThat(at(119)).isEqualTo("DOWN");
    assertThat(at(120)).isEqualTo("DEGRADED");
    assertThat(at(110)).isEqualTo("DEGRADED");
  }

  @Test
  void aLimitInBytesHasABandOfItsOwn() {
    check = check.failBelowBytes(300);
    assertThat(at(299)).isEqualTo("DOWN");
    assertThat(at(359)).isEqualTo("DOWN");
    assertThat(at(360)).isEqualTo("UP");
    assertThat(at(301)).isEqualTo("UP");
  }

  @Test
  void theWorstPathDecides() {
    Path logs = Path.of("logs");
    free.put(logs, 50L);
    check = Checks.disk(DATA, logs).gauge(path -> new DiskSpace(TOTAL, free.get(path)));
    assertThat(check.check(Duration.ofSeconds(2)).message()).startsWith("logs: 50 bytes free");
    free.put(logs, 500L);
    assertThat(verdict()).isEqualTo("UP");
  }

  @Test
  void whatCannotBeMeasuredIsDown(@TempDir Path dir) {
    CheckResult missing = Checks.disk(dir.resolve("no")).check(Duration.ofSeconds(2));
    assertThat(missing.code()).isEqualTo(ErrorCode.UNMEASURED);
    assertThat(check.gauge(path -> new DiskSpace(0, 0)).check(Duration.ofSeconds(2)).code())
        .isEqualTo(ErrorCode.UNMEASURED);
    assertThat(check.gauge(DiskCheckTest::denied).check(Duration.ofSeconds(2)).code())
        .isEqualTo(ErrorCode.UNMEASURED);
  }

  private static DiskSpace denied(Path path) throws IOException {
    throw new AccessDeniedException(path.toString());
  }

  @Test
  void measuresARealFileSystem(@TempDir Path dir) throws Exception {
    CheckResult result = Checks.disk(dir).percent(0, 0, 0).check(Duration.ofSeconds(2));
    assertThat(result.failure()).isFalse();
    assertThat(result.data()).containsOnlyKeys("total_gb", "used_gb", "free_gb", "free_percent");
    assertThat(Checks.diskMetrics(dir).call().keySet())
        .containsExactly("total_gb", "used_gb", "free_gb", "free_percent");
  }

  @Test
  void limitsMustRise() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> check.percent(12, 10, 15))
        .withMessage("percent 12.0, 10.0, 15.0 must rise from 0 to 100");
    assertThatIllegalArgumentException().isThrownBy(() -> check.percent(Double.NaN, 10, 15));
    assertThatIllegalArgumentException().isThrownBy(() -> check.failBelowBytes(-1));
  }
}
