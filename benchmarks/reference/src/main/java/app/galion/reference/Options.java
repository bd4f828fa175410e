package app.galion.reference;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What can be chosen when the reference API starts: by option, else by environment, else here. */
@Command(
    name = "benchmarks/reference/run",
    description = "Runs the galion reference API: nodes, a console and simulated vendors.",
    sortOptions = false,
    usageHelpAutoWidth = true)
final class Options {

  static final int VENDORS_OFFSET = 10;
  private static final int MAX_NODES = 9;
  static final int MAX_PORT = 65535;
  private static final Pattern NODE_NAME = Pattern.compile("[A-Za-z0-9._-]{1,50}");

  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "--nodes", "GALION_NODES",
          "--port", "GALION_PORT",
          "--bind", "GALION_BIND",
          "--node-name", "GALION_NODE_NAME",
          "--redis", "GALION_REDIS_URI",
          "--database", "DATABASE_URL",
          "--openai-base-url", "OPENAI_BASE_URL",
          "--elevenlabs-base-url", "ELEVENLABS_BASE_URL",
          "--trusted-proxies", "GALION_TRUSTED_PROXIES",
          "--drain-delay", "GALION_DRAIN_DELAY");

  @Option(names = "--nodes", paramLabel = "N", description = "API nodes, 1 to 9 (2).")
  int nodes = 2;

  @Option(
      names = "--port",
      paramLabel = "P",
      description = "Console; nodes P+1 … P+N, vendors P+10 (8080).")
  int port = 8080;

  @Option(names = "--bind", paramLabel = "ADDRESS", description = "Where to listen (127.0.0.1).")
  String bind = "127.0.0.1";

  @Option(names = "--node-name", paramLabel = "NAME", description = "Prefix of X-Node (none).")
  @Nullable String nodeName;

  @Option(
      names = "--redis",
      paramLabel = "URI",
      description = "redis://, rediss:// or redis-sentinel://; several for a cluster (embedded).")
  @Nullable String redis;

  @Option(names = "--database", paramLabel = "JDBC-URL", description = "Database (embedded).")
  @Nullable String database;

  @Option(
      names = "--openai-base-url",
      paramLabel = "URL",
      converter = OptionConverters.ForHttpUrl.class,
      description = "Ends in /v1 (simulator). Key: OPENAI_API_KEY.")
  @Nullable URI openAiBaseUrl;

  @Option(
      names = "--elevenlabs-base-url",
      paramLabel = "URL",
      converter = OptionConverters.ForHttpUrl.class,
      description = "Without /v1 (simulator). Key: ELEVENLABS_API_KEY.")
  @Nullable URI elevenLabsBaseUrl;

  @Option(
      names = "--trusted-proxies",
      paramLabel = "CIDR",
      split = ",",
      description = "Whose X-Forwarded-For counts (127.0.0.0/8,::1/128).")
  List<String> trustedProxies = List.of("127.0.0.0/8", "::1/128");

  @Option(
      names = "--drain-delay",
      paramLabel = "DURATION",
      converter = OptionConverters.ForDuration.class,
      description = "From not ready to not accepting, when stopped (0s).")
  Duration drainDelay = Duration.ZERO;

  @Option(names = "--help", usageHelp = true, description = "Shows this.")
  boolean help;

  @Nullable String openAiKey;
  @Nullable String elevenLabsKey;

  private Options() {}

  /**
   * Reads arguments and environment; what is blank there counts as absent.
   *
   * @throws StartFailure with what is wrong
   */
  static Options parse(Map<String, String> environment, String... arguments) {
    Options options = new Options();
    CommandLine line = new CommandLine(options);
    line.setDefaultValueProvider(argument -> fromEnvironment(environment, argument));
    try {
      line.parseArgs(arguments);
    } catch (ParameterException e) {
      throw new StartFailure(Uris.masked(String.valueOf(e.getMessage())) + "; see --help");
    }
    options.openAiKey = notBlank(environment.get("OPENAI_API_KEY"));
    options.elevenLabsKey = notBlank(environment.get("ELEVENLABS_API_KEY"));
    options.redis = notBlank(options.redis);
    options.database = notBlank(options.database);
    options.nodeName = notBlank(options.nodeName);
    if (!options.help) {
      options.validate();
    }
    return options;
  }

  private static @Nullable String fromEnvironment(
      Map<String, String> environment, ArgSpec argument) {
    if (argument instanceof OptionSpec option) {
      String variable = ENVIRONMENT.get(option.longestName());
      return variable == null ? null : notBlank(environment.get(variable));
    }
    return null;
  }

  private static @Nullable String notBlank(@Nullable String text) {
    return text == null || text.isBlank() ? null : text.trim();
  }

  private void validate() {
    require(nodes >= 1 && nodes <= MAX_NODES, "--nodes " + nodes + " must be 1 to " + MAX_NODES);
    int highest = MAX_PORT - VENDORS_OFFSET;
    require(port >= 1 && port <= highest, "--port " + port + " must be 1 to " + highest);
    try {
      require(
          !bind.isBlank() && InetAddress.getByName(bind) != null,
          "--bind must be an address of this machine, such as 127.0.0.1");
    } catch (UnknownHostException e) {
      throw new StartFailure("--bind '" + bind + "' is no address of a host");
    }
    require(
        nodeName == null || NODE_NAME.matcher(nodeName).matches(),
        "--node-name '" + nodeName + "' must be 1 to 50 letters, digits, '.', '_' or '-'");
    require(
        database == null || database.startsWith("jdbc:"),
        "--database '" + Uris.masked(String.valueOf(database)) + "' must begin with jdbc:");
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new StartFailure(message);
    }
  }

  int nodePort(int node) {
    return port + node;
  }

  int vendorsPort() {
    return port + VENDORS_OFFSET;
  }

  /** The name that {@code X-Node} carries: 1, 2 … or {@code NAME-1}, {@code NAME-2} …. */
  String nodeName(int node) {
    return nodeName == null ? Integer.toString(node) : nodeName + "-" + node;
  }

  /** How a person reaches what listens here: by name when that is this machine alone. */
  String host() {
    boolean here = bind.startsWith("127.") || bind.equals("::1") || bind.equals("localhost");
    boolean anywhere = bind.equals("0.0.0.0") || bind.equals("::");
    return here || anywhere ? "localhost" : bind.contains(":") ? "[" + bind + "]" : bind;
  }

  /** How this process itself reaches what listens here. */
  String dialUrl(int listening) {
    String address =
        bind.equals("0.0.0.0") ? "127.0.0.1" : bind.contains(":") ? "[" + dialV6() + "]" : bind;
    return "http://" + address + ":" + listening;
  }

  private String dialV6() {
    return bind.equals("::") ? "::1" : bind;
  }

  static String usage() {
    return new CommandLine(new Options()).getUsageMessage();
  }
}
