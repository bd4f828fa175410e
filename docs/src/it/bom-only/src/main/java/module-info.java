module com.example.shop {
  requires app.galion.cache;
  requires app.galion.ratelimit;
  requires app.galion.circuit;
  requires app.galion.health;
}
