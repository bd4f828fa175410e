package app.galion.health;

/**
 * A check in a {@link HealthSnapshot}.
 *
 * @param name its name
 * @param state where it stands
 * @param code why it is not up
 * @param impact what a failure means
 * @param scope whose trouble a failure is
 * @param stuck whether a run has passed its deadline and has not come back
 */
public record CheckView(
    String name, CheckState state, ErrorCode code, Impact impact, Scope scope, boolean stuck) {}
