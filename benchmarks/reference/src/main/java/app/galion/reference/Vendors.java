package app.galion.reference;

/** Where the vendors are. */
record Vendors(OpenAi openAi, ElevenLabs elevenLabs) {}
