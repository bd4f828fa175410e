package app.galion.circuit;

import static org.assertj.core.api.Assertions.assertThat;

import app.galion.testkit.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/* Random histories of long calls, against a model that is as simple as it can be. */
class GateModelTest {

  private static final Duration OPEN = Duration.ofSeconds(60);
  private static final int LIMIT = 5;

  private enum Phase {
    CLOSED,
    OPEN,
    PROBING
  }

  /* No jitter, no ramp, no rate: what remains is epochs, rows, growth and the one trial. */
  private static final class Model {
    Phase phase = Phase.CLOSED;
    int epoch;
    int row;
    long firstOfRow;
    int trips;
    long until;
    long leaseUntil;
    boolean leased;

    Integer acquire(long now) {
      if (phase == Phase.CLOSED) {
        return epoch;
      }
      boolean due = phase == Phase.OPEN ? now >= until : !leased || now >= leaseUntil;
      if (!due) {
        return null;
      }
      phase = Phase.PROBING;
      leased = true;
      leaseUntil = now + Duration.ofSeconds(30).toNanos();
      return ++epoch;
    }

    void end(int admitted, long start, Outcome.Effect effect, long now) {
      if (admitted != epoch) {
        return;
      }
      boolean probing = phase == Phase.PROBING;
      switch (effect) {
        case SUCCESS -> {
          if (probing) {
            phase = Phase.CLOSED;
            epoch++;
            row = 0;
            trips = 0;
          } else if (row > 0 && start >= firstOfRow) {
            row = 0;
          }
        }
        case FAILURE -> {
          if (probing) {
            open(trips + 1, now);
          } else {
            if (row++ == 0) {
              firstOfRow = now;
            }
            if (row >= LIMIT) {
              open(0, now);
            }
          }
        }
        default -> {
          if (probing) {
            leased = false;
            epoch++;
          }
        }
      }
    }

    private void open(int trips, long now) {
      this.trips = trips;
      phase = Phase.OPEN;
      epoch++;
      until = now + Math.min(OPEN.toNanos() << trips, Duration.ofSeconds(300).toNanos());
    }
  }

  private record Call(VendorPermit permit, int epoch, long start) {}

  @Test
  void neverDepartsFromTheModel() {
    long base = Long.getLong("galion.seed", 20_261_124L);
    for (long seed = base; seed < base + 300; seed++) {
      history(seed);
    }
  }

  private static void history(long seed) {
    Random random = new Random(seed);
    FakeTicker ticker = FakeTicker.startingAt(random.nextBoolean() ? -5 : Long.MAX_VALUE / 2);
    VendorProfile profile =
        VendorProfile.openAiChat().toBuilder()
            .jitter(0)
            .rampFor(Duration.ZERO)
            .minimumCalls(1_000_000)
            .build();
    VendorCircuit circuit =
        VendorCircuit.builder("model", profile).ticker(ticker).random(() -> 0.5).build();
    Model model = new Model();
    List<Call> running = new ArrayList<>();
    StringBuilder log = new StringBuilder();
    for (int step = 0; step < 400; step++) {
      long now = ticker.read();
      int dice = random.nextInt(10);
      if (dice < 4) {
        VendorPermit permit = circuit.tryAcquire();
        Integer epoch = model.acquire(now);
        log.append("\n").append(now).append(" acquire ").append(permit.granted());
        assertThat(permit.granted()).as("seed %d%s", seed, log).isEqualTo(epoch != null);
        if (epoch != null) {
          running.add(new Call(permit, epoch, now));
        }
      } else if (dice < 8 && !running.isEmpty()) {
        Call call = running.remove(random.nextInt(running.size()));
        Outcome outcome =
            random.nextInt(3) == 0
                ? Outcome.OK
                : random.nextInt(5) == 0 ? Outcome.CALLER : Outcome.SERVER;
        log.append("\n").append(now).append(" end ").append(outcome).append(" of ").append(call);
        call.permit().complete(Verdict.of(outcome, "model"));
        model.end(call.epoch(), call.start(), outcome.effect(), now);
      } else {
        ticker.advance(Duration.ofSeconds(random.nextInt(random.nextInt(4) == 0 ? 90 : 5)));
      }
      boolean open = model.phase == Phase.OPEN && ticker.read() < model.until;
      boolean closed = model.phase == Phase.CLOSED;
      CircuitStatus.State expected =
          closed
              ? CircuitStatus.State.CLOSED
              : open ? CircuitStatus.State.OPEN : CircuitStatus.State.HALF_OPEN;
      assertThat(circuit.status().state()).as("seed %d%s", seed, log).isEqualTo(expected);
      if (closed) {
        assertThat(circuit.status().failureCount()).as("seed %d%s", seed, log).isEqualTo(model.row);
      }
    }
  }
}
