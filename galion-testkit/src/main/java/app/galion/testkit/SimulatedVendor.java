package app.galion.testkit;

import java.io.IOException;
import java.io.PushbackInputStream;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** One vendor endpoint: its queue of faults, its counts, and its answers. */
final class SimulatedVendor {

  private final Vendor vendor;
  private final Deque<VendorFault> faults = new ArrayDeque<>();
  private final AtomicLong clearings = new AtomicLong();
  private final AtomicInteger running = new AtomicInteger();
  private final LongAdder calls = new LongAdder();
  private final LongAdder aborted = new LongAdder();
  private final LongAdder bytes = new LongAdder();

  SimulatedVendor(Vendor vendor) {
    this.vendor = vendor;
  }

  synchronized void queue(List<VendorFault> more) {
    faults.addAll(more);
  }

  synchronized void clear() {
    faults.clear();
    clearings.incrementAndGet();
  }

  synchronized List<VendorFault> queued() {
    return new ArrayList<>(faults);
  }

  private synchronized VendorFault nextFault() {
    VendorFault next = faults.poll();
    if (next == null) {
      return VendorFault.none();
    }
    if (next.times() > 1) {
      faults.addFirst(next.times(next.times() - 1));
    }
    return next;
  }

  VendorCounts counts() {
    return new VendorCounts(calls.sum(), aborted.sum(), bytes.sum());
  }

  boolean answer(Socket socket, PushbackInputStream in, WireRequest request) throws IOException {
    calls.increment();
    VendorFault fault = nextFault();
    long cleared = clearings.get();
    int concurrent = running.incrementAndGet();
    try {
      return new WireExchange(socket, in, bytes::add)
          .answer(respond(request, fault, concurrent), fault, () -> clearings.get() != cleared);
    } catch (IOException e) {
      aborted.increment();
      throw e;
    } finally {
      running.decrementAndGet();
    }
  }

  private WireResponse respond(WireRequest request, VendorFault fault, int concurrent) {
    WireResponse response;
    if (fault.answersWell()) {
      response =
          switch (vendor) {
            case OPENAI_CHAT -> ChatAnswers.answer(request);
            case OPENAI_WHISPER -> TranscriptAnswers.answer(request);
            case ELEVENLABS_TTS -> SpeechAnswers.answer(request, concurrent);
          };
    } else {
      String body = fault.body() == null ? "" : fault.body();
      response = WireResponse.json(fault.status() == 0 ? 200 : fault.status(), body);
    }
    fault.headers().forEach(response::header);
    return response;
  }
}
