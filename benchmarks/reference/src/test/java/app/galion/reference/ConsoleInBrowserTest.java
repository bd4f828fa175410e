package app.galion.reference;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The operators' page as a browser shows it: every button does what it says, and the page tells.
 */
@Tag("browser")
class ConsoleInBrowserTest {

  private static final List<String> VENDORS =
      List.of("openai-chat", "openai-whisper", "elevenlabs-tts");

  private static Browser browser;

  @BeforeAll
  static void open() throws Exception {
    browser = new Browser();
  }

  @AfterAll
  static void close() throws Exception {
    browser.close();
  }

  @Test
  void everyButtonDoesWhatItSays() throws Exception {
    try (RunningReference api = RunningReference.start();
        BrowserPage page = browser.open(1280, 900)) {
      page.visit(api.console() + "/");
      page.sees(
          "both nodes and their buttons", has("Node 2: ready") + "&&" + exists("nodes/2/drain"));
      assertThat(page.evaluate("document.querySelectorAll('button').length").asInt())
          .as("buttons that this test knows")
          .isEqualTo(4 + 3 * VENDORS.size() + 2);

      press(page, "stampede", "1 load(s) from the database");
      press(page, "overwrite", "node 2 showed it at request");
      page.sees("the load in a node's figures", loads("users") + " > 0");
      press(page, "redis/pause", "Redis answers nobody");
      page.sees("that Redis is away", check("redis") + " !== 'up'");
      press(page, "redis/resume", "Redis runs on");
      page.sees("that Redis is back", check("redis") + " === 'up'");
      for (String vendor : VENDORS) {
        for (String state : List.of("slow", "broken", "well")) {
          press(page, "vendors/" + vendor + "/" + state, vendor);
        }
      }
      press(page, "nodes/2/drain", "Node 2");
      page.sees("that node 2 is out", has("Node 2: not ready") + "&&" + has("Node 1: ready"));
      press(page, "nodes/1/drain", "Node 1");
      page.sees("that node 1 is out", has("Node 1: not ready"));

      assertThat(page.complaints()).isEmpty();
    }
  }

  private static void press(BrowserPage page, String action, String told) {
    page.sees("nothing under way", "!document.querySelector('button:disabled')");
    int before = page.evaluate("document.querySelectorAll('#log li').length").asInt();
    String first = page.evaluate("document.querySelector('#log li').textContent").asText();
    page.press("button[data-action=\"" + action + "\"]");
    page.sees(
        action + " told: " + told,
        "(() => { const l = document.querySelectorAll('#log li'); return (l.length > "
            + before
            + " || l[0].textContent !== "
            + RunningReference.JSON.valueToTree(first)
            + ") && l[0].textContent.includes('"
            + told
            + "') && l[0].className === ''; })()");
  }

  private static String has(String text) {
    return "document.body.innerText.includes('" + text + "')";
  }

  private static String exists(String action) {
    return "document.querySelector('button[data-action=\"" + action + "\"]') !== null";
  }

  /** How often the nodes loaded for a cache. */
  private static String loads(String cache) {
    return "[...document.querySelectorAll('#nodes tr')]"
        + ".filter(r => r.cells.length === 10 && r.cells[0].textContent === '"
        + cache
        + "').reduce((sum, r) => sum + Number(r.cells[8].textContent), 0)";
  }

  /** The state of a check of node 1. */
  private static String check(String name) {
    return "[...document.querySelectorAll('#nodes section:first-child tr')]"
        + ".find(r => r.cells[0].textContent === '"
        + name
        + "').cells[1].textContent";
  }

  @ParameterizedTest
  @CsvSource({"desktop, 1280, 900", "phone, 390, 844"})
  void thePageFitsItsWindow(String name, int width, int height) throws Exception {
    try (RunningReference api = RunningReference.start();
        BrowserPage page = browser.open(width, height)) {
      page.visit(api.console() + "/");
      page.sees("both nodes", has("Node 2: ready"));
      press(page, "stampede", "1 load(s) from the database");
      page.sees("the load in a node's figures", loads("users") + " > 0");

      page.screenshot(Path.of("target", "console-" + name + ".png"));
      assertThat(page.evaluate("document.documentElement.scrollWidth").asInt())
          .isLessThanOrEqualTo(width);
      assertThat(page.complaints()).isEmpty();
    }
  }
}
