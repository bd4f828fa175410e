package app.galion.circuit;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/* The reading end of a stream, with what every reader needs: interrupts, errors, the end. */
final class PipeReader {

  private static final int MAX_ERROR_BYTES = 64 * 1024;

  private final VendorCircuit circuit;
  private final Exchange exchange;
  private final BodyPipe pipe;
  private long delivered;

  PipeReader(VendorCircuit circuit, Exchange exchange, BodyPipe pipe) {
    this.circuit = circuit;
    this.exchange = exchange;
    this.pipe = pipe;
  }

  /* Null when nothing came in time; the end mark when nothing will come. */
  @Nullable ByteBuffer poll(long nanos) {
    try {
      return pipe.poll(nanos);
    } catch (InterruptedException e) {
      exchange.abort(Verdict.of(Outcome.LOCAL, "interrupted"));
      Thread.currentThread().interrupt();
      throw broken(e);
    }
  }

  @Nullable Verdict verdict() {
    return exchange.verdict();
  }

  void delivered(long more) {
    delivered += more;
  }

  /* The content is complete; what may still be on the line is of no interest. */
  void complete(Verdict verdict) {
    exchange.settle(verdict);
    pipe.discard();
  }

  /* The content shows a failure. */
  VendorException fail(Verdict verdict) {
    exchange.abort(verdict);
    return broken(null);
  }

  VendorException broken(@Nullable Throwable cause) {
    Verdict verdict = exchange.verdict();
    Verdict known = verdict != null ? verdict : ErrorVerdict.IGNORED;
    return delivered > 0
        ? circuit.broken(known, cause, delivered)
        : circuit.exception(known, cause);
  }

  void close() {
    exchange.abort(Verdict.of(Outcome.LOCAL, "closed by its reader"));
  }

  Verdict classifyInStream(byte[] data) {
    return circuit.gate().profile.outcomes.classifyInStream(data);
  }

  /* Status 200 and a JSON document where a stream was asked for. */
  VendorException errorInPlaceOfStream() {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    ByteBuffer part = poll(Long.MAX_VALUE);
    while (part != null && !BodyPipe.isEnd(part) && body.size() < MAX_ERROR_BYTES) {
      byte[] bytes = new byte[part.remaining()];
      part.get(bytes);
      body.writeBytes(bytes);
      part = poll(Long.MAX_VALUE);
    }
    return fail(classifyInStream(body.toByteArray()));
  }
}
