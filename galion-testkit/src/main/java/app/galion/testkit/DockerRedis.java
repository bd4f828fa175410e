package app.galion.testkit;

import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/** The only code that knows Testcontainers; loaded only when it and Docker are there. */
final class DockerRedis {

  private static final int REDIS_PORT = 6379;

  private DockerRedis() {}

  static DockerDoor.Container start(String image) {
    GenericContainer<?> container = new GenericContainer<>(DockerImageName.parse(image));
    container.withExposedPorts(REDIS_PORT);
    container.start();
    String uri = "redis://" + container.getHost() + ":" + container.getMappedPort(REDIS_PORT);
    return new DockerDoor.Container(uri, container::stop);
  }
}
