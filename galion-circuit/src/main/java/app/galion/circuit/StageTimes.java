package app.galion.circuit;

import java.time.Duration;
import java.util.List;

/* How long each stage of a call may take, unless the call says otherwise. */
record StageTimes(Duration connect, Duration firstByte, Duration gap, Duration total) {

  /* How long a trial call keeps its place: its answer has begun by then, or never will. */
  long trialNanos() {
    return firstByte.toNanos() * 3 / 2;
  }

  void addProblems(List<String> problems) {
    addIfLonger(problems, "connect", connect);
    addIfLonger(problems, "firstByte", firstByte);
    addIfLonger(problems, "gap", gap);
  }

  private void addIfLonger(List<String> problems, String what, Duration stage) {
    if (stage.compareTo(total) > 0) {
      problems.add(what + " " + stage + " is longer than total " + total);
    }
  }
}
