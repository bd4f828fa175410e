package com.example;

import app.galion.cache.Codec;
import app.galion.cache.TieredCache;
import app.galion.circuit.VendorCircuit;
import app.galion.circuit.VendorProfile;
import app.galion.health.HealthEngine;
import app.galion.health.Impact;
import app.galion.ratelimit.RateLimiter;
import app.galion.ratelimit.RatePolicy;
import java.time.Duration;

/** Uses each module in process only, without any optional dependency. */
public final class Shop {

  private Shop() {}

  /** Runs once and fails loudly. */
  public static void main(String[] args) {
    VendorCircuit chat = VendorCircuit.builder("chat", VendorProfile.openAiChat()).build();
    RatePolicy read = RatePolicy.tokenBucket("read", 1, Duration.ofMinutes(1));
    try (TieredCache<String, String> cache =
            TieredCache.<String, String>builder("users", Codec.string()).build();
        RateLimiter limiter = RateLimiter.builder("api").build();
        HealthEngine health =
            HealthEngine.builder("shop").probe("chat", chat, Impact.DEGRADING).build()) {
      require("value of k".equals(cache.get("k", key -> "value of " + key)), "a load");
      require("value of k".equals(cache.get("k", key -> "another")), "a hit");
      require(limiter.check(read.by("me")).allowed(), "the first call");
      require(!limiter.check(read.by("me")).allowed(), "a refusal");
      require(health.get("GET", "/health").status() == 200, "health");
    }
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new IllegalStateException("expected " + what);
    }
  }
}
