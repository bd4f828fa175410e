package app.galion.reference;

import app.galion.circuit.EventStream;
import app.galion.circuit.Outcome;
import app.galion.circuit.VendorCall;
import app.galion.circuit.VendorException;
import app.galion.circuit.Verdict;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/** A vendor's HTTP API: where it is, and the key it wants to see. */
final class VendorApi {

  private final HttpClient http;
  private final String base;
  private final String keyHeader;
  private final String key;

  VendorApi(HttpClient http, String base, String keyHeader, String key) {
    this.http = http;
    this.base = base;
    this.keyHeader = keyHeader;
    this.key = key;
  }

  HttpRequest json(String path, Object body) {
    return post(path, "application/json", Json.bytes(body));
  }

  HttpRequest post(String path, String contentType, byte[] body) {
    return HttpRequest.newBuilder(URI.create(base + path))
        .header(keyHeader, key)
        .header("Content-Type", contentType)
        .POST(BodyPublishers.ofByteArray(body))
        .build();
  }

  HttpResponse<byte[]> send(VendorCall call, HttpRequest request) {
    return call.send(http, request, BodyHandlers.ofByteArray());
  }

  /** Parses an answer of status 200. */
  static JsonNode json(VendorCall call, byte[] body) {
    try {
      return Json.parse(body);
    } catch (IOException e) {
      throw unusable(call, "an answer that is no JSON");
    }
  }

  /** What to throw when an answer of status 200 is none: the vendor failed as with a 500. */
  static VendorException unusable(VendorCall call, String what) {
    return call.failure(Verdict.of(Outcome.SERVER, what));
  }

  EventStream events(VendorCall call, HttpRequest request) {
    return call.events(http, request);
  }
}
