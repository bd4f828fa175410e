package app.galion.cache;

import static app.galion.cache.ModelOp.Kind.EXPIRE;
import static app.galion.cache.ModelOp.Kind.GET;
import static app.galion.cache.ModelOp.Kind.INV;
import static app.galion.cache.ModelOp.Kind.OTHER_TAG;
import static app.galion.cache.ModelOp.Kind.PUT;
import static app.galion.cache.ModelOp.Kind.SKIP_LOCAL;
import static app.galion.cache.ModelOp.Kind.SKIP_REMOTE;
import static app.galion.cache.ModelOp.Kind.TAG;
import static java.nio.charset.StandardCharsets.UTF_8;

import app.galion.cache.Write.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Rules of the protocol, each with a bucket or a script that does not keep it, to prove that the
 * model test would find out. Named as in the protocol's model.
 */
enum BrokenRule {
  /** Stores whatever a reply brings, also if its key was written meanwhile. */
  TICKETS {
    @Override
    Bucket bucket(CacheCore<String, String> core) {
      return new BrokenTickets.StoresAll(core);
    }
  },

  /** Tells histories apart by the number of their last write alone. */
  CHAIN_BY_ID {
    @Override
    ModelMix mix(ModelMix drawn) {
      return ModelMix.of(List.of(PUT, INV), ModelFault.FAILED_OVER, ModelFault.MESSAGE_LOST);
    }

    @Override
    Bucket bucket(CacheCore<String, String> core) {
      return new BrokenBucket(core) {
        @Override
        Verdict heard(Position head, Beat beat) {
          Position here = position();
          boolean same = here != null && here.n() == head.n() && here.epoch().equals(head.epoch());
          return super.heard(same ? here : head, beat);
        }

        @Override
        boolean received(Write write) {
          Position here = position();
          boolean next = here != null && write.at().n() == here.n() + 1;
          return super.received(
              next ? new Write(0, write.at(), here.id(), write.kind(), write.key()) : write);
        }
      };
    }
  },

  /** Takes a heartbeat for a proof of the time when its answer came. */
  PROOF_DATES_FROM_SEND {
    @Override
    Bucket bucket(CacheCore<String, String> core) {
      return new BrokenBucket(core) {
        @Override
        Verdict heard(Position head, Beat beat) {
          return super.heard(head, new Beat(core.now(), beat.chain(), beat.position()));
        }
      };
    }
  },

  /** Takes any message for a proof. */
  PROOF_IS_A_ROUND_TRIP {
    @Override
    Bucket bucket(CacheCore<String, String> core) {
      return new BrokenBucket(core) {
        @Override
        boolean received(Write write) {
          boolean gap = super.received(write);
          verifiedAt = core.now();
          return gap;
        }
      };
    }
  },

  /** Does nothing when an own write is acknowledged. */
  APPLY_OWN_REPLY {
    @Override
    Bucket bucket(CacheCore<String, String> core) {
      return new BrokenBucket(core) {
        @Override
        void acknowledged(Kind kind, @Nullable String key, Position at, long now) {}
      };
    }
  },

  /** Reads Redis for keys whose write Redis has not acknowledged. */
  OUTBOX_GATES_READS {
    @Override
    Bucket bucket(CacheCore<String, String> core) {
      return new BrokenBucket(core) {
        @Override
        boolean gated(String name) {
          return false;
        }

        @Override
        <K, V> boolean store(
            LocalTier<K, V> into, K key, Ticket ticket, LocalEntry<V> entry, boolean fromRedis) {
          return super.store(into, key, ticket, entry, fromRedis && position() == null);
        }
      };
    }
  },

  /** A drain's answer removes whatever is queued for its key. */
  DRAIN_REMOVES_ONLY_WHAT_IT_SENT {
    @Override
    ModelMix mix(ModelMix drawn) {
      return ModelMix.of(List.of(INV), ModelFault.COMMAND_LOST);
    }

    @Override
    Bucket bucket(CacheCore<String, String> core) {
      return new BrokenBucket(core) {
        @Override
        synchronized void drained(Outbox.Item item) {
          queuedItems().stream()
              .filter(queued -> Objects.equals(queued.key(), item.key()))
              .forEach(super::drained);
        }
      };
    }
  },

  /** A message drops an entry only if its number is higher than the entry's. */
  DROP_WHATEVER_THE_VERSION {
    @Override
    Bucket bucket(CacheCore<String, String> core) {
      return new BrokenHistory.DropsByNumber(core);
    }
  },

  /** After a lost history goes on as if entries and calls under way belonged to the new one. */
  RESYNC_SUSPECTS_OLD_ENTRIES {
    @Override
    Bucket bucket(CacheCore<String, String> core) {
      return new BrokenBucket(core) {
        @Override
        synchronized Verdict heard(Position head, Beat beat) {
          return keep(super.heard(head, beat), beat);
        }

        @Override
        Verdict replayed(Position head, Beat beat, List<Write> rows) {
          return keep(super.replayed(head, beat, rows), beat);
        }

        private Verdict keep(Verdict verdict, Beat beat) {
          chain = verdict == Verdict.RESYNCED ? beat.chain() : chain;
          return verdict;
        }
      };
    }
  },

  /** Joins a get under way whose key was written since it began. */
  JOIN_ONLY_CLEAN_FLIGHTS {
    @Override
    ModelMix mix(ModelMix drawn) {
      return ModelMix.of(List.of(INV), ModelFault.LATE);
    }

    @Override
    Bucket bucket(CacheCore<String, String> core) {
      return new BrokenTickets.JoinsAll(core);
    }
  },

  /** Forgets its own writes once they are acknowledged. */
  REISSUE_LOST_OWN_WRITES {
    @Override
    Bucket bucket(CacheCore<String, String> core) {
      return new BrokenBucket(core) {
        @Override
        void acknowledged(Kind kind, @Nullable String key, Position at, long now) {
          applied(kind, key == null ? "" : key, at.id());
        }
      };
    }
  },

  /** A write leaves the lease of its key alone. */
  WRITE_VOIDS_LEASE(
      Map.of(
          "redis.call('DEL', E, L)", "redis.call('DEL', E)",
          "  redis.call('DEL', L)\n  redis.call('SET', E", "  redis.call('SET', E")),

  /** A fill counts from its end. */
  ENTRY_DATES_FROM_LEASE(
      Map.of("local asof = tonumber(l[3])", "ensure()\n  local asof = n\n  l[1], l[3] = epoch, n")),

  /** A fill needs no lease of its own. */
  FILL_NEEDS_OWN_TOKEN(Map.of("if l[2] ~= op then return { 'X' } end", "")),

  /** A lost marker is made anew without hiding what is older. */
  MISSING_MARKER_FAILS_CLOSED(
      Map.of(
          "    log('nop', 'nop' .. op)\n    g = { epoch, n, n, n }", "    g = { epoch, 0, 0, 0 }")),

  /** A lost tag table is made anew without hiding what is older. */
  MISSING_TAG_TABLE_FAILS_CLOSED(
      Map.of("local from = g[3] == g[4] and g[4] or n", "local from = 0")) {
    @Override
    ModelMix mix(ModelMix drawn) {
      return ModelMix.of(List.of(PUT, TAG, OTHER_TAG), ModelFault.EVICTED);
    }
  },

  /** Goes on though the journal does not reach back to where it stands. */
  JOURNAL_MUST_COVER {
    @Override
    ModelMix mix(ModelMix drawn) {
      return ModelMix.of(List.of(INV, PUT), ModelFault.MESSAGE_LOST, ModelFault.EVICTED);
    }

    @Override
    Bucket bucket(CacheCore<String, String> core) {
      return new BrokenHistory.TakesAnyRows(core);
    }
  },

  /** Moves on to any later write it hears of. */
  ADVANCE_BY_EXACTLY_ONE {
    @Override
    Bucket bucket(CacheCore<String, String> core) {
      return new BrokenHistory.Jumps(core);
    }
  },

  /** Keeps a value that Redis shows to be another one of the same number. */
  REVALIDATE_BY_ID {
    @Override
    ModelMix mix(ModelMix drawn) {
      return ModelMix.of(List.of(PUT), ModelFault.FAILED_OVER, ModelFault.DEAF);
    }

    @Override
    Bucket bucket(CacheCore<String, String> core) {
      return new BrokenHistory.RevalidatesByNumber(core);
    }
  },

  /** Stores what was asked for in a history that has been left since. */
  RESYNC_VOIDS_TICKETS {
    @Override
    Bucket bucket(CacheCore<String, String> core) {
      return new BrokenHistory.KeepsTickets(core);
    }
  },

  /** Leaves an older value where a newer one was refused. */
  REFUSED_STORE_DROPS_WHAT_IS_THERE {
    @Override
    ModelMix mix(ModelMix drawn) {
      return ModelMix.of(List.of(PUT), ModelFault.MESSAGE_LOST).mostlyStrict();
    }

    @Override
    Bucket bucket(CacheCore<String, String> core) {
      return new BrokenTickets.KeepsOnRefusal(core);
    }
  },

  /** A value that is stored does not hinder replies that are still on their way. */
  STORE_SUPERSEDES_OTHER_TICKETS {
    @Override
    ModelMix mix(ModelMix drawn) {
      return ModelMix.of(List.of(PUT), ModelFault.MESSAGE_LOST).mostlyStrict();
    }

    @Override
    Bucket bucket(CacheCore<String, String> core) {
      return new BrokenTickets.SupersedesNone(core);
    }
  },

  /** Wakes only who waits already. */
  REGISTER_WAITER_BEFORE_SEND {
    @Override
    Bucket bucket(CacheCore<String, String> core) {
      return new BrokenTickets.WakesWhoWaits(core);
    }
  },

  /** Repeats an own write only if another one has taken its number. */
  REISSUE_EVEN_WITHOUT_A_FORK {
    @Override
    ModelMix mix(ModelMix drawn) {
      return ModelMix.of(List.of(INV), ModelFault.FAILED_OVER, ModelFault.MESSAGE_LOST);
    }

    @Override
    Bucket bucket(CacheCore<String, String> core) {
      return new BrokenBucket(core) {
        @Override
        void acknowledged(Kind kind, @Nullable String key, Position at, long now) {
          super.acknowledged(kind, key, at, now + FAR_NANOS);
        }
      };
    }
  },

  /** Takes an acknowledgement as good whose number has passed under another name. */
  REISSUE_CHECKS_LATE_REPLIES {
    @Override
    ModelMix mix(ModelMix drawn) {
      return ModelMix.of(List.of(INV), ModelFault.FAILED_OVER, ModelFault.FROZEN).withFewWrites();
    }

    @Override
    Bucket bucket(CacheCore<String, String> core) {
      return new BrokenHistory.TrustsLateReplies(core);
    }
  },

  /** Knows no epoch: a lost head counts on from 1 under the same name. */
  EPOCH_IN_ENTRY(
      Map.of("epoch, n, last = op, 1, 'seed' .. op", "epoch, n, last = 'e', 1, 'seed' .. op")),

  /** Takes the tag table of another epoch for that of the entry read before. */
  EPOCH_IN_TAG_TABLE {
    @Override
    ModelMix mix(ModelMix drawn) {
      return ModelMix.of(List.of(PUT, TAG, OTHER_TAG), ModelFault.EVICTED, ModelFault.FROZEN)
          .withHeadsLost()
          .mostlyStrict();
    }
  },

  /** A fill needs no lease at all if there is none. */
  FILL_NEEDS_LIVE_LEASE(
      Map.of(
          "  local text = redis.call('GET', L)\n  if not text then return { 'X' } end",
          "  local text = redis.call('GET', L)\n"
              + "  if not text then ensure(); text = epoch .. '|' .. op .. '|' .. n .. '|0' end")),

  /** What skips the local tier is kept there. */
  SKIP_LOCAL_LEAVES_NOTHING {
    @Override
    ModelMix mix(ModelMix drawn) {
      return ModelMix.of(List.of(INV), ModelFault.LATE).withReads(SKIP_LOCAL);
    }

    @Override
    Bucket bucket(CacheCore<String, String> core) {
      return new BrokenTickets.StoresWhatPasses(core);
    }
  },

  /** What skips the local tier leaves there what is older. */
  PASSED_RESULT_DROPS_WHAT_IS_THERE {
    @Override
    ModelMix mix(ModelMix drawn) {
      return passes();
    }

    @Override
    Bucket bucket(CacheCore<String, String> core) {
      return new BrokenTickets.KeepsWhatIsPassed(core);
    }
  },

  /** What skips the local tier does not hinder older replies that are still on their way. */
  PASSED_RESULT_SUPERSEDES_OTHER_TICKETS {
    @Override
    ModelMix mix(ModelMix drawn) {
      return passes();
    }

    @Override
    Bucket bucket(CacheCore<String, String> core) {
      return new BrokenTickets.PassesUnseen(core);
    }
  },

  /** Takes a load that asked Redis nothing for a proof. */
  LOAD_IS_NO_PROOF {
    @Override
    ModelMix mix(ModelMix drawn) {
      return ModelMix.of(List.of(INV), ModelFault.MESSAGE_LOST).withReads(GET, SKIP_REMOTE);
    }

    @Override
    Bucket bucket(CacheCore<String, String> core) {
      return new BrokenTickets.ProvenByLoads(core);
    }
  },

  /** A slow load's lease is left to end. */
  SLOW_LOAD_RENEWS_ITS_LEASE {
    @Override
    ModelMix mix(ModelMix drawn) {
      return slow();
    }
  },

  /** A lease that was lost is renewed as if it were held. */
  RENEWAL_NEEDS_LIVE_LEASE(
      Map.of(
          "then return redis.call('PEXPIRE', L, ARGV[8]) end\n",
          "then return redis.call('PEXPIRE', L, ARGV[8]) end\n"
              + "  if not text then\n"
              + "    ensure()\n"
              + "    redis.call('SET', L, epoch .. '|' .. op .. '|' .. n .. '|0', 'PX', ARGV[8])\n"
              + "    return 1\n"
              + "  end\n")) {
    @Override
    ModelMix mix(ModelMix drawn) {
      return slow();
    }
  },

  /** A put under a condition executes whatever is there by then. */
  PUT_NEEDS_WHAT_IT_SAW(Map.of("then return { 'OTHER', entry } end", "then end")) {
    @Override
    ModelMix mix(ModelMix drawn) {
      return ModelMix.of(List.of(PUT, EXPIRE), ModelFault.LATE);
    }
  },

  /** A put executes however late it arrives. */
  PUT_CARRIES_EXECUTE_BY(Map.of("then return { 'LATE' } end", "then end"));

  private static final long FAR_NANOS = Duration.ofDays(365).toNanos();
  private final Map<String, String> changes;

  BrokenRule() {
    this(Map.of());
  }

  @SuppressWarnings("ImmutableEnumChecker") // never changed
  BrokenRule(Map<String, String> changes) {
    this.changes = changes;
  }

  private static ModelMix passes() {
    return ModelMix.of(List.of(PUT), ModelFault.MESSAGE_LOST).withReads(GET, GET, SKIP_LOCAL);
  }

  private static ModelMix slow() {
    return ModelMix.of(List.of(INV), ModelFault.SLOW);
  }

  /** A bucket that breaks the rule, or a sound one if the script breaks it. */
  Bucket bucket(CacheCore<String, String> core) {
    return new BrokenBucket(core);
  }

  /** What to run to see it, if the mix of a run is not the right one. */
  ModelMix mix(ModelMix drawn) {
    return drawn;
  }

  /** The script that breaks the rule, null if the bucket does. */
  byte @Nullable [] script() {
    if (changes.isEmpty()) {
      return null;
    }
    try (InputStream in =
        Objects.requireNonNull(Remote.class.getResourceAsStream("cache.lua"), "cache.lua")) {
      String source = new String(in.readAllBytes(), UTF_8);
      for (Map.Entry<String, String> change : changes.entrySet()) {
        if (!source.contains(change.getKey())) {
          throw new IllegalStateException(
              this + ": cache.lua no longer says \"" + change.getKey() + "\"; break it elsewhere");
        }
        source = source.replace(change.getKey(), change.getValue());
      }
      return source.getBytes(UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
