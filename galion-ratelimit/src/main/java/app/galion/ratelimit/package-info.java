/**
 * Limits that are exact over the whole fleet. A {@link app.galion.ratelimit.RatePolicy} says how
 * much is allowed and what happens when Redis cannot say; {@link app.galion.ratelimit.RatePresets}
 * holds the services' own. A {@link app.galion.ratelimit.LimitKey} is a policy and a subject.
 * {@link app.galion.ratelimit.RateLimiter} decides about one or several keys, all or nothing, at
 * most one Redis round trip, and answers a {@link app.galion.ratelimit.Decision}. Where the cost is
 * known only afterwards, or what is in flight is limited, it makes a {@link
 * app.galion.ratelimit.Reservation}. For HTTP, {@link app.galion.ratelimit.ClientAddress} finds the
 * subject behind proxies and {@link app.galion.ratelimit.RateHeaders} shows the decision.
 *
 * <pre>{@code
 * RateLimiter limiter = RateLimiter.builder("api").redis(redis).build();
 * Decision decision = limiter.check(RatePresets.login().by(address), RatePresets.login().by(user));
 * if (!decision.allowed()) {
 *   response.status(429).header("Retry-After", RateHeaders.retryAfter(decision));
 * }
 * }</pre>
 */
@NullMarked
package app.galion.ratelimit;

import org.jspecify.annotations.NullMarked;
