package app.galion.testkit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The control API of the {@link VendorSimulator}. */
final class VendorControl {

  private static final String ROOT = "/_control";
  private static final ObjectMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private final Map<Vendor, SimulatedVendor> vendors;

  VendorControl(Map<Vendor, SimulatedVendor> vendors) {
    this.vendors = vendors;
  }

  record Faults(@Nullable List<Fault> faults) {}

  record Fault(
      @Nullable Integer status,
      @Nullable Map<String, String> headers,
      @Nullable JsonNode body,
      @Nullable Long delayMs,
      @Nullable Long stallAfterBytes,
      @Nullable Long cutAfterBytes,
      @Nullable Integer times) {

    VendorFault checked() {
      return new VendorFault(
          status == null ? 0 : status,
          headers == null ? Map.of() : headers,
          body == null ? null : body.isTextual() ? body.textValue() : body.toString(),
          Duration.ofMillis(delayMs == null ? 0 : delayMs),
          stallAfterBytes == null ? -1 : stallAfterBytes,
          cutAfterBytes == null ? -1 : cutAfterBytes,
          times == null ? 1 : times);
    }
  }

  WireResponse answer(WireRequest request) {
    String path = request.path();
    if (path.equals(ROOT) && request.method().equals("GET")) {
      return WireResponse.json(200, counts());
    }
    if (path.startsWith(ROOT + "/")) {
      Vendor vendor = Vendor.ofId(path.substring(ROOT.length() + 1));
      SimulatedVendor simulated = vendor == null ? null : vendors.get(vendor);
      return simulated == null
          ? error(404, "no vendor at " + path + "; there are " + ids())
          : change(simulated, request);
    }
    return path.equals(ROOT) ? error(405, ROOT + " answers GET") : error(404, "nothing at " + path);
  }

  private static WireResponse change(SimulatedVendor vendor, WireRequest request) {
    if (request.method().equals("DELETE")) {
      vendor.clear();
      return WireResponse.json(200, "{\"faults\":0}");
    }
    if (!request.method().equals("PUT")) {
      return error(405, request.path() + " answers PUT and DELETE");
    }
    try {
      Faults parsed = JSON.readValue(request.body(), Faults.class);
      if (parsed == null || parsed.faults() == null || parsed.faults().contains(null)) {
        return error(400, "expected {\"faults\":[...]}");
      }
      vendor.queue(parsed.faults().stream().map(Fault::checked).toList());
    } catch (JsonProcessingException e) {
      return error(400, e.getOriginalMessage());
    } catch (IOException | IllegalArgumentException e) {
      return error(400, String.valueOf(e.getMessage()));
    }
    return WireResponse.json(200, "{\"faults\":" + vendor.queued().size() + "}");
  }

  private String counts() {
    ObjectNode all = JSON.createObjectNode();
    vendors.forEach(
        (vendor, simulated) -> {
          VendorCounts counts = simulated.counts();
          all.putObject(vendor.id())
              .put("calls", counts.calls())
              .put("aborted", counts.aborted())
              .put("bytes", counts.bytes())
              .put("faults", simulated.queued().size());
        });
    return all.toString();
  }

  private String ids() {
    return String.join(", ", vendors.keySet().stream().map(Vendor::id).toList());
  }

  private static WireResponse error(int status, String message) {
    return WireResponse.json(status, JSON.createObjectNode().put("error", message).toString());
  }
}
