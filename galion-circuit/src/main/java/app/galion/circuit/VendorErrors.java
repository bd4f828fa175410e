package app.galion.circuit;

/* The error codes that the vendors document or send. */
final class VendorErrors {

  private static final String[] OPEN_AI_QUOTA = {
    "insufficient_quota",
    "credit_balance_exhausted",
    "organization_spend_limit_exceeded",
    "project_spend_limit_exceeded",
    "organization_usage_limit_exceeded",
    "billing_hard_limit_reached"
  };
  private static final String[] OPEN_AI_POLICY = {
    "content_policy_violation", "content_filter", "ResponsibleAIPolicyViolation"
  };

  static final OutcomeProfile OPEN_AI =
      OutcomeProfile.builder()
          .codes(429, Outcome.RAMP, "slow_down")
          .codes(429, Outcome.THROTTLE, "rate_limit_exceeded")
          .codes(429, Outcome.QUOTA, OPEN_AI_QUOTA)
          .codes(429, Outcome.OVERLOAD, "server_is_overloaded", "service_unavailable_error")
          .codes(503, Outcome.RAMP, "slow_down")
          .codes(503, Outcome.OVERLOAD, "server_is_overloaded", "service_unavailable_error")
          .codes(400, Outcome.POLICY, OPEN_AI_POLICY)
          .codes(Outcome.QUOTA, OPEN_AI_QUOTA)
          .codes(Outcome.AUTH, "invalid_api_key", "account_deactivated")
          .codes(Outcome.MODEL_GONE, "model_not_found", "DeploymentNotFound")
          .status(404, Outcome.MODEL_GONE)
          .inStream(Outcome.OVERLOAD, "server_is_overloaded", "service_unavailable_error")
          .inStream(Outcome.SERVER, "server_error", "internal_error", "internal_server_error")
          .inStream(Outcome.RAMP, "slow_down")
          .inStream(Outcome.THROTTLE, "rate_limit_exceeded", "rate_limit_error")
          .inStream(Outcome.QUOTA, OPEN_AI_QUOTA)
          .inStream(Outcome.AUTH, "invalid_api_key", "account_deactivated")
          .inStream(Outcome.POLICY, OPEN_AI_POLICY)
          .inStream(Outcome.CALLER, "invalid_request_error", "context_length_exceeded")
          .build();

  static final OutcomeProfile ELEVEN_LABS =
      OutcomeProfile.builder()
          .codes(401, Outcome.QUOTA, "quota_exceeded", "insufficient_credits")
          .codes(Outcome.QUOTA, "quota_exceeded", "insufficient_credits")
          .codes(
              429, Outcome.CONCURRENCY, "too_many_concurrent_requests", "concurrent_limit_exceeded")
          .codes(429, Outcome.THROTTLE, "rate_limit_exceeded")
          .codes(429, Outcome.OVERLOAD, "system_busy")
          .codes(503, Outcome.OVERLOAD, "system_busy")
          .inStream(Outcome.OVERLOAD, "system_busy")
          .inStream(Outcome.QUOTA, "quota_exceeded", "insufficient_credits")
          .inStream(Outcome.AUTH, "invalid_api_key", "needs_authorization")
          .build();

  static final OutcomeProfile HTTP = OutcomeProfile.builder().build();

  private VendorErrors() {}
}
