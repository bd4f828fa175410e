package app.galion.reference;

import java.nio.ByteBuffer;
import java.util.Locale;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** The errors that never reach a route, such as a header that is too large, in the same form. */
final class JettyErrors extends ErrorHandler {

  private final String node;

  JettyErrors(String node) {
    this.node = node;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    int status = response.getStatus() >= 400 ? response.getStatus() : 500;
    response.setStatus(status);
    response.getHeaders().put(WebServer.NODE_HEADER, node);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
    byte[] body = Json.bytes(ErrorResponses.body(code(status), message(status)));
    response.write(true, ByteBuffer.wrap(body), callback);
    return true;
  }

  static String code(int status) {
    return switch (status) {
      case 413 -> "body_too_large";
      case 431 -> "header_too_large";
      case 500 -> "internal_error";
      default -> HttpStatus.getMessage(status).toLowerCase(Locale.ROOT).replace(' ', '_');
    };
  }

  static String message(int status) {
    return switch (status) {
      case 400 -> "the request is malformed";
      case 404 -> "nothing is here";
      case 405 -> "this method is not allowed here; see Allow";
      case 408 -> "the body came too slowly; please send it again";
      case 414 -> "the request's address is too long";
      case 426, 505 -> "this speaks HTTP/1.1";
      case 431 -> "the request's header is too large";
      default -> HttpStatus.getMessage(status);
    };
  }
}
