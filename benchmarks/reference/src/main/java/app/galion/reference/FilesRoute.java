package app.galion.reference;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/** Uploads, kept in a temporary directory: the newest ones only, and none beyond this process. */
final class FilesRoute {

  private static final int KEPT = 50;

  private final Path directory;
  private final Deque<Path> kept = new ArrayDeque<>();

  FilesRoute(Path directory) {
    this.directory = directory;
  }

  void install(RoutesConfig routes, Limits limits) {
    routes.post("/api/v1/files", limits.by(limits.upload, this::upload));
  }

  private void upload(Context context) throws IOException {
    String id = UUID.randomUUID().toString();
    Path file = directory.resolve(id);
    long bytes;
    try (InputStream body = Bodies.stream(context, Bodies.FILE_LIMIT)) {
      bytes = Files.copy(body, file);
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(file);
      throw e;
    }
    keep(file);
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("id", id);
    answer.put("bytes", bytes);
    context.status(201).json(answer);
  }

  private synchronized void keep(Path file) throws IOException {
    kept.add(file);
    if (kept.size() > KEPT) {
      Files.deleteIfExists(kept.remove());
    }
  }
}
