/**
 * The types by which the modules of galion meet, each implemented by one module or by the user and
 * taken by others as a builder argument. Nothing here is discovered or registered.
 *
 * <pre>{@code
 * VendorCircuit chat = VendorCircuit.builder("openai-chat", VendorProfile.openAiChat()).build();
 * HealthEngine health = HealthEngine.builder("api").probe(chat).build(); // chat is a HealthProbe
 * }</pre>
 *
 * Time is a {@link app.galion.spi.Ticker}, a name is a {@link app.galion.spi.ComponentId}, leave to
 * start is a {@link app.galion.spi.Guard}, and every error of galion's own is a {@link
 * app.galion.spi.GalionException}.
 */
@NullMarked
package app.galion.spi;

import org.jspecify.annotations.NullMarked;
