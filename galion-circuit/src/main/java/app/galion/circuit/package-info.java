/**
 * Circuits that know their vendor: {@link app.galion.circuit.VendorCircuit} decides whether a call
 * may start, {@link app.galion.circuit.VendorCall} makes it with timers that close the exchange,
 * and {@link app.galion.circuit.OutcomeProfile} tells a sick vendor from a caller's mistake, a rate
 * limit, an empty account or a bad key.
 *
 * <pre>{@code
 * VendorCircuit chat = VendorCircuit.builder("openai-chat", VendorProfile.openAiChat()).build();
 * Answer<String> answer =
 *     chat.call(call -> call.send(http, request, BodyHandlers.ofString()).body())
 *         .orStale(lastAnswers, key)
 *         .orDegraded(reason -> "The assistant is away; please try again later.");
 * }</pre>
 */
@NullMarked
package app.galion.circuit;

import org.jspecify.annotations.NullMarked;
