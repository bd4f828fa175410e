package app.galion.cache;

/** What may go wrong in the model test. */
enum ModelFault {
  COMMAND_LOST,
  MESSAGE_LOST,
  FROZEN,
  DEAF,
  DISCONNECTED,
  LATE,
  LOAD,
  SLOW,
  LEASE,
  EVICTED,
  FLUSHED,
  FAILED_OVER
}
