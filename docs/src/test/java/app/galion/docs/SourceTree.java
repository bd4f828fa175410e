package app.galion.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The checkout that these tests run in. */
final class SourceTree {

  static final Path ROOT = Path.of("").toAbsolutePath().getParent();

  private SourceTree() {}

  /** The folders of the jars: {@code galion-*}. */
  static Stream<Path> modules() {
    return children(ROOT)
        .filter(p -> p.getFileName().toString().startsWith("galion-"))
        .filter(p -> Files.isDirectory(p.resolve("src")));
  }

  static Stream<Path> javaFiles() {
    return files().filter(p -> p.toString().endsWith(".java"));
  }

  /** All files of the modules, whatever they hold. */
  static Stream<Path> files() {
    return Stream.of("galion-", "benchmarks", "docs")
        .flatMap(
            prefix -> children(ROOT).filter(p -> p.getFileName().toString().startsWith(prefix)))
        .flatMap(SourceTree::walk);
  }

  static Stream<Path> pages() {
    return Stream.of(
            children(ROOT), modules().flatMap(SourceTree::children), children(ROOT.resolve("docs")))
        .flatMap(s -> s)
        .filter(p -> p.toString().endsWith(".md"));
  }

  static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Stream<Path> walk(Path folder) {
    if (folder.getFileName().toString().equals("target")) {
      return Stream.of();
    }
    return Files.isDirectory(folder)
        ? children(folder).flatMap(SourceTree::walk)
        : Stream.of(folder);
  }

  private static Stream<Path> children(Path folder) {
    try (Stream<Path> children = Files.list(folder)) {
      return children.sorted().toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
