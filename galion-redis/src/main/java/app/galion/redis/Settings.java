package app.galion.redis;

import app.galion.spi.Ticker;
import java.time.Duration;

/* What the builder was told, checked. */
record Settings(
    String app,
    String nodeName,
    Ticker ticker,
    Duration suspectAfter,
    Duration reconnectDelay,
    Duration connectTimeout,
    int maxInFlight) {}
