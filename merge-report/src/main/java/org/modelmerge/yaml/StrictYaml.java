package org.modelmerge.yaml;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.RangeSource;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/// The part of YAML 1.2 that configuration needs, read strictly: one document, text keys, no duplicates, no anchors,
/// aliases or tags, bounded size and depth. Nothing in it can grow or construct anything.
///
/// Built on the event parser, because what is refused here is accepted and expanded by the levels above it.
public final class StrictYaml {
    /// Longer documents are refused.
    public static final int SIZE_LIMIT = 1 << 20;
    private static final int DEPTH_LIMIT = 16;
    private static final Pattern INTEGER = Pattern.compile("[-+]?[0-9]{1,19}");
    private static final Pattern FLOAT = Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");

    private final Iterator<Event> events;
    private int depth;

    private StrictYaml(Iterator<Event> events) {
        this.events = events;
    }

    /// The document in a file.
    ///
    /// @throws MergeException as [#parse] does, with the file, and whatever `storage` throws
    public static @Nullable Object read(Storage storage, Path file) throws MergeException {
        byte[] bytes;
        try (RangeSource source = storage.open(file)) {
            // One byte more than allowed is enough to refuse it.
            bytes = new byte[(int) Math.min(source.size(), SIZE_LIMIT + 1L)];
            source.read(ByteBuffer.wrap(bytes), 0);
        }
        try {
            return parse(bytes);
        } catch (MergeException e) {
            throw e.inFile(file.toString());
        }
    }

    /// The document in `utf8`.
    ///
    /// @return `LinkedHashMap<String, Object>`, `ArrayList<Object>`, `String`, `Long`, `Double`, `Boolean` or null;
    ///     plain words get their type by the core schema, but infinities, NaN, octal and hexadecimal stay text
    /// @throws MergeException `MALFORMED`, with line and column
    public static @Nullable Object parse(byte[] utf8) throws MergeException {
        if (utf8.length > SIZE_LIMIT) {
            throw Tree.malformed("YAML too long (got " + utf8.length + " bytes, expected at most " + SIZE_LIMIT + ")");
        }
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
        } catch (CharacterCodingException e) {
            throw MergeException.of(ErrorCode.MALFORMED, "not UTF-8 text", e);
        }
        LoadSettings settings = LoadSettings.builder().setUseMarks(true).build();
        try {
            return new StrictYaml(new ParserImpl(settings, new StreamReader(settings, text))).document();
        } catch (YamlEngineException e) {
            String problem = e.getMessage() == null
                    ? ""
                    : e.getMessage().lines().findFirst().orElse("");
            String where = e instanceof MarkedYamlEngineException marked
                    ? marked.getProblemMark().map(StrictYaml::at).orElse("")
                    : "";
            throw MergeException.of(ErrorCode.MALFORMED, "not YAML" + where + ": " + Printable.text(problem), e);
        }
    }

    private @Nullable Object document() throws MergeException {
        events.next();
        Event start = events.next();
        if (start.getEventId() == Event.ID.StreamEnd) {
            throw Tree.malformed("empty document, expected a mapping");
        }
        Object tree = value(events.next());
        events.next();
        Event next = events.next();
        if (next.getEventId() != Event.ID.StreamEnd) {
            throw Tree.malformed("a second document" + at(next) + ", expected one");
        }
        return tree;
    }

    private @Nullable Object value(Event event) throws MergeException {
        if (event instanceof AliasEvent) {
            throw Tree.malformed("an alias" + at(event) + ": anchors and aliases are not supported");
        }
        if (event instanceof NodeEvent node && node.getAnchor().isPresent()) {
            throw Tree.malformed("an anchor" + at(event) + ": anchors and aliases are not supported");
        }
        if (event instanceof ScalarEvent scalar) {
            refuseTag(scalar.getTag().orElse(null), event);
            return scalar.isPlain() ? typed(scalar) : scalar.getValue();
        }
        refuseTag(((CollectionStartEvent) event).getTag().orElse(null), event);
        if (++depth > DEPTH_LIMIT) {
            throw Tree.malformed("nested too deeply" + at(event) + " (expected at most " + DEPTH_LIMIT + " levels)");
        }
        Object collection = event.getEventId() == Event.ID.MappingStart ? mapping() : sequence();
        depth--;
        return collection;
    }

    private Map<String, @Nullable Object> mapping() throws MergeException {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        for (Event event = events.next(); event.getEventId() != Event.ID.MappingEnd; event = events.next()) {
            if (!(event instanceof ScalarEvent key) || key.getAnchor().isPresent()) {
                throw Tree.malformed("a key" + at(event) + " that is not text");
            }
            refuseTag(key.getTag().orElse(null), event);
            Object value = value(events.next());
            if (members.containsKey(key.getValue())) {
                throw Tree.malformed("duplicate key " + Printable.text(key.getValue()) + at(event));
            }
            members.put(key.getValue(), value);
        }
        return members;
    }

    private List<@Nullable Object> sequence() throws MergeException {
        List<@Nullable Object> elements = new ArrayList<>();
        for (Event event = events.next(); event.getEventId() != Event.ID.SequenceEnd; event = events.next()) {
            elements.add(value(event));
        }
        return elements;
    }

    private static @Nullable Object typed(ScalarEvent scalar) throws MergeException {
        String text = scalar.getValue();
        switch (text) {
            case "", "~", "null", "Null", "NULL" -> {
                return null;
            }
            case "true", "True", "TRUE" -> {
                return true;
            }
            case "false", "False", "FALSE" -> {
                return false;
            }
            default -> {}
        }
        try {
            if (INTEGER.matcher(text).matches()) {
                return Long.valueOf(text);
            }
        } catch (NumberFormatException e) {
            // Above a long: the text is a float by its form, too.
        }
        if (!FLOAT.matcher(text).matches()) {
            return text;
        }
        double number = Double.parseDouble(text);
        if (Double.isInfinite(number)) {
            throw Tree.malformed("the number " + Printable.text(text) + at(scalar) + " exceeds a double");
        }
        return number;
    }

    private static void refuseTag(@Nullable String tag, Event event) throws MergeException {
        if (tag != null) {
            throw Tree.malformed("the tag " + Printable.text(tag) + at(event) + ": tags are not supported");
        }
    }

    private static String at(Event event) {
        return event.getStartMark().map(StrictYaml::at).orElse("");
    }

    private static String at(Mark mark) {
        return " at line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1);
    }
}
