package app.galion.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientAddressTest {

  final ClientAddress behind = ClientAddress.trusting("10.0.0.0/8", "fd00::/8", "127.0.0.1");

  private String plain(String peer, String... xForwardedFor) {
    return behind.resolve(peer, List.of(xForwardedFor), List.of());
  }

  private String standard(String peer, String... forwarded) {
    return behind.resolve(peer, List.of(), List.of(forwarded));
  }

  @Nested
  class Chains {

    @Test
    void walksTrustedProxiesFromTheRight() {
      assertThat(plain("10.0.0.1", "203.0.113.7, 10.0.0.3, 10.0.0.2")).isEqualTo("203.0.113.7");
      assertThat(plain("10.0.0.1", "203.0.113.7", "10.0.0.3,10.0.0.2")).isEqualTo("203.0.113.7");
      assertThat(plain("10.0.0.1:4711", "203.0.113.7:80")).isEqualTo("203.0.113.7");
      assertThat(standard("fd00::1", "for=203.0.113.7;proto=https, For=\"[fd00::2]:80\""))
          .isEqualTo("203.0.113.7");
    }

    @Test
    void answersThePeerWithoutHeaders() {
      assertThat(plain("10.0.0.1")).isEqualTo("10.0.0.1");
      assertThat(plain("203.0.113.7:4711")).isEqualTo("203.0.113.7");
    }

    @Test
    void aChainOfProxiesAloneAnswersTheFarthest() {
      assertThat(plain("10.0.0.1", "10.0.0.9, 10.0.0.2")).isEqualTo("10.0.0.9");
    }

    @Test
    void aPeerWithoutAnAddressIsUnknown() {
      assertThat(plain("", "203.0.113.7")).isEqualTo("unknown");
      assertThat(plain("unix:", "203.0.113.7")).isEqualTo("unknown");
    }
  }

  @Nested
  class Spoofing {

    @Test
    void whatTheClientWroteLeftOfItsOwnAddressIsIgnored() {
      assertThat(plain("10.0.0.1", "1.2.3.4, 5.6.7.8, 203.0.113.7")).isEqualTo("203.0.113.7");
      assertThat(plain("10.0.0.1", "127.0.0.1", "203.0.113.7")).isEqualTo("203.0.113.7");
      assertThat(plain("10.0.0.1", "x'); DROP, 203.0.113.7")).isEqualTo("203.0.113.7");
    }

    @Test
    void aPeerThatIsNoProxyIsNotBelieved() {
      assertThat(plain("203.0.113.7", "1.2.3.4")).isEqualTo("203.0.113.7");
      assertThat(ClientAddress.trusting().resolve("10.0.0.1", List.of("1.2.3.4"), List.of()))
          .isEqualTo("10.0.0.1");
    }

    @Test
    void nonsenseEndsTheWalkAtTheLastProxyThatMakesSense() {
      for (String nonsense :
          new String[] {
            "",
            " ",
            "unknown",
            "_hidden",
            "1.2.3",
            "1.2.3.4.5",
            "256.1.1.1",
            "01.2.3.4",
            "[::1",
            "1.2.3.4:99999999",
            "::1::",
            "1.2.3.4/8",
            "x".repeat(100_000),
            "\u0661.2.3.4"
          }) {
        assertThat(plain("10.0.0.1", nonsense + ",10.0.0.2")).as(nonsense).isEqualTo("10.0.0.2");
      }
      assertThat(standard("10.0.0.1", "for=1.2.3.4;for=5.6.7.8")).isEqualTo("10.0.0.1");
      assertThat(standard("10.0.0.1", "by=1.2.3.4")).isEqualTo("10.0.0.1");
    }

    @Test
    void headersThatDisagreeAnswerTheProxy() {
      assertThat(behind.resolve("10.0.0.1", List.of("1.2.3.4"), List.of("for=5.6.7.8")))
          .isEqualTo("10.0.0.1");
      assertThat(behind.resolve("10.0.0.1", List.of("1.2.3.4"), List.of("for=1.2.3.4")))
          .isEqualTo("1.2.3.4");
    }

    @Test
    void aChainOfThousandsEndsAfterAFewHops() {
      assertThat(plain("10.0.0.1", "1.2.3.4" + ",10.0.0.2".repeat(5_000))).isEqualTo("10.0.0.2");
    }
  }

  @Nested
  class Matrix {

    static final String CLIENT = "203.0.113.7";

    @ParameterizedTest(name = "{0}: {1} | {2} -> {3}")
    @CsvSource(
        delimiter = '|',
        quoteCharacter = '`',
        value = {
          "forged left end                | 10.0.0.1          | 127.0.0.1, 203.0.113.7           | 203.0.113.7",
          "forged chain of our proxies    | 10.0.0.1          | 10.0.0.8, 203.0.113.7, 10.0.0.2  | 203.0.113.7",
          "forged mapped loopback         | 10.0.0.1          | ::ffff:127.0.0.1, 203.0.113.7    | 203.0.113.7",
          "client that is one of ours     | 10.0.0.1          | 10.0.0.7                         | 10.0.0.7",
          "empty elements at the right    | 10.0.0.1          | 203.0.113.7, ,                   | 10.0.0.1",
          "empty element between          | 10.0.0.1          | 203.0.113.7,,10.0.0.2            | 10.0.0.2",
          "tabs and spaces                | 10.0.0.1          | `	203.0.113.7	 , 10.0.0.2 `    | 203.0.113.7",
          "port                           | 10.0.0.1          | 203.0.113.7:1, 10.0.0.2:65535    | 203.0.113.7",
          "port without number            | 10.0.0.1          | 203.0.113.7:                     | 10.0.0.1",
          "port that is a name            | 10.0.0.1          | 203.0.113.7:http                 | 10.0.0.1",
          "obfuscated port                | 10.0.0.1          | 203.0.113.7:_web-1               | 203.0.113.7",
          "zone                           | 10.0.0.1          | fe80::1%eth0                     | fe80:0:0:0:0:0:0:0/64",
          "zone in brackets with port     | 10.0.0.1          | [fe80::1%25eth0]:80              | fe80:0:0:0:0:0:0:0/64",
          "peer with a zone, trusted      | fd00::1%eth0      | 203.0.113.7                      | 203.0.113.7",
          "peer mapped, trusted           | ::ffff:10.0.0.1   | 203.0.113.7                      | 203.0.113.7",
          "peer mapped in hexadecimal     | ::ffff:a00:1      | 203.0.113.7                      | 203.0.113.7",
          "mapped client                  | 10.0.0.1          | ::FFFF:203.0.113.7               | 203.0.113.7",
          "mapped client in brackets      | 10.0.0.1          | [::ffff:203.0.113.7]:443         | 203.0.113.7",
          "translated, not mapped         | 10.0.0.1          | 64:ff9b::203.0.113.7             | 64:ff9b:0:0:0:0:0:0/64",
          "quoted                         | 10.0.0.1          | `\"203.0.113.7\"`                | 203.0.113.7",
          "half a quote                   | 10.0.0.1          | `\"203.0.113.7`                  | 10.0.0.1",
          "brackets around version 4      | 10.0.0.1          | [203.0.113.7]                    | 10.0.0.1",
          "decimal number                 | 10.0.0.1          | 3405803783                       | 10.0.0.1",
          "hexadecimal                    | 10.0.0.1          | 0xcb.0.0x71.7                    | 10.0.0.1",
          "octal                          | 10.0.0.1          | 0313.0.0161.7                    | 10.0.0.1",
          "host name                      | 10.0.0.1          | localhost                        | 10.0.0.1",
          "line break                     | 10.0.0.1          | `203.0.113.7\r\n10.0.0.2`        | 10.0.0.1",
        })
    void ofXForwardedFor(String what, String peer, String header, String expected) {
      assertThat(plain(peer, header)).as(what).isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0}: {1} -> {2}")
    @CsvSource(
        delimiter = '|',
        quoteCharacter = '`',
        value = {
          "forged left end          | for=127.0.0.1, for=203.0.113.7                    | 203.0.113.7",
          "other parameters         | by=10.0.0.2;FOR=203.0.113.7;host=a;proto=http     | 203.0.113.7",
          "quoted with port         | for=\"203.0.113.7:47011\"                         | 203.0.113.7",
          "version 6                | for=\"[2001:db8:1:2::1]\"                         | 2001:db8:1:2:0:0:0:0/64",
          "version 6, obfuscated port | for=\"[2001:db8:1:2::1]:_x\"                    | 2001:db8:1:2:0:0:0:0/64",
          "mapped                   | for=\"[::ffff:203.0.113.7]\"                      | 203.0.113.7",
          "obfuscated id            | for=203.0.113.7, for=_hidden                      | 10.0.0.1",
          "obfuscated id of a proxy | for=203.0.113.7, for=_SEVKISEK, for=10.0.0.2      | 10.0.0.2",
          "unknown                  | for=203.0.113.7, for=unknown                      | 10.0.0.1",
          "obfuscated id at the left | for=_gazonk, for=203.0.113.7                     | 203.0.113.7",
          "for twice in an element  | for=203.0.113.7;for=10.0.0.2                      | 10.0.0.1",
          "no for in the last       | for=203.0.113.7, proto=https                      | 10.0.0.1",
          "for without a value      | for=                                              | 10.0.0.1",
          "for in a quoted value    | host=\"a;for=203.0.113.7\"                        | 10.0.0.1",
        })
    void ofForwarded(String what, String header, String expected) {
      assertThat(standard("10.0.0.1", header)).as(what).isEqualTo(expected);
    }

    @Test
    void ofSeveralHeadersTheLastIsTheNearest() {
      assertThat(plain("10.0.0.1", "1.2.3.4", CLIENT, "10.0.0.3", "10.0.0.2")).isEqualTo(CLIENT);
      assertThat(plain("10.0.0.1", CLIENT, "")).isEqualTo("10.0.0.1");
      assertThat(standard("10.0.0.1", "for=1.2.3.4, for=" + CLIENT, "for=10.0.0.2"))
          .isEqualTo(CLIENT);
    }

    @Test
    void aHeaderThatOurProxiesLeaveAloneIsNotBelievedAgainstTheOther() {
      for (String forged : new String[] {"for=1.2.3.4", "for=unknown", "for=_x", "nonsense"}) {
        assertThat(behind.resolve("10.0.0.1", List.of(CLIENT), List.of(forged)))
            .as(forged)
            .isEqualTo("10.0.0.1");
      }
    }

    @Test
    void whatRotatesWithinOneNetworkIsOneSubject() {
      Set<String> subjects = new HashSet<>();
      for (int i = 0; i < 1_000; i++) {
        subjects.add(plain("10.0.0.1", "2001:db8:1:2:" + Integer.toHexString(i) + "::1"));
      }
      assertThat(subjects).hasSize(1);
    }
  }

  @Nested
  class Version6 {

    @Test
    void isGroupedByItsNetwork() {
      String network = "2001:db8:1:2:0:0:0:0/64";
      assertThat(plain("10.0.0.1", "2001:db8:1:2:aaaa::1")).isEqualTo(network);
      assertThat(plain("10.0.0.1", "[2001:DB8:1:2::ffff]:443")).isEqualTo(network);
      assertThat(plain("2001:db8:1:2::9")).isEqualTo(network);
      assertThat(plain("2001:db8:1:3::9")).isNotEqualTo(network);
      assertThat(standard("10.0.0.1", "for=\"[2001:db8:1:2::5]:_port\"")).isEqualTo(network);
    }

    @Test
    void thatMapsAVersion4AddressIsThatAddress() {
      assertThat(plain("::ffff:203.0.113.7")).isEqualTo("203.0.113.7");
      assertThat(plain("::ffff:10.0.0.1", "::ffff:cb00:7107")).isEqualTo("203.0.113.7");
    }

    @Test
    void losesItsZone() {
      assertThat(plain("fe80::1%eth0")).isEqualTo("fe80:0:0:0:0:0:0:0/64");
    }
  }

  @Test
  void refusesWhatIsNoNetwork() {
    for (String cidr : new String[] {"", "10.0.0.0/33", "10.0.0/8", "example.org", "::/129"}) {
      assertThatThrownBy(() -> ClientAddress.trusting(cidr))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "'"
                  + cidr
                  + "' must be a network such as 10.0.0.0/8 or 2001:db8::/32, or an address");
    }
  }
}
