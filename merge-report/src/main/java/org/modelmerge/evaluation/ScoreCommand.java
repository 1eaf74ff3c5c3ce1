package org.modelmerge.evaluation;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;

/// A foreign command that says what a model is worth: its last line on standard output is a number, larger is better.
///
/// The command is run directly, without a shell: words are separated by blanks; `'...'` and `"..."` hold blanks
/// together; a backslash before a quote, a backslash or a blank takes it as it is (not inside `'...'`); nothing else is
/// special. `{}` stands for the model's path, in any word and as often as it likes.
public final class ScoreCommand {
    private static final String MODEL = "{}";
    private static final Pattern NUMBER = Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?");
    private static final int LINE_LIMIT = 4096;
    /// What systems and shells add to the number of the signal that ended a process.
    private static final int SIGNALS = 128;

    private final List<String> words;

    private ScoreCommand(List<String> words) {
        this.words = words;
    }

    /// Splits a command into words.
    ///
    /// @throws MergeException `USAGE` for an open quote, no command, or no `{}`
    public static ScoreCommand parse(String text) throws MergeException {
        List<String> words = CommandWords.split(text);
        if (words.isEmpty()) {
            throw MergeException.of(ErrorCode.USAGE, "no score command (got an empty text, expected COMMAND {})");
        }
        if (words.stream().noneMatch(word -> word.contains(MODEL))) {
            throw MergeException.of(
                    ErrorCode.USAGE,
                    "score command without a place for the model (got " + Printable.text(text) + ", expected {})");
        }
        return new ScoreCommand(words);
    }

    /// The words with a model in its place.
    List<String> words(Path model) {
        return words.stream().map(word -> word.replace(MODEL, model.toString())).toList();
    }

    /// Runs the command on a model, and waits for it. If this thread is interrupted or the process ends, so does the
    /// command, with all processes that it has started.
    ///
    /// @param errors hears the lines of the command's standard error, from another thread
    /// @throws MergeException `COMMAND_FAILED` if it cannot be started, fails or prints no number; `CANCELLED`
    public double score(Path model, Consumer<String> errors) throws MergeException {
        List<String> command = words(model);
        try (ChildProcess child = new ChildProcess()) {
            return number(command, child.start(command), errors);
        } catch (IOException e) {
            throw failure(
                    command,
                    "cannot be started: "
                            + Printable.text(String.valueOf(e.getMessage()).strip()),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw MergeException.of(ErrorCode.CANCELLED, "interrupted", e);
        }
    }

    private static double number(List<String> command, Process process, Consumer<String> errors)
            throws MergeException, InterruptedException {
        AtomicReference<String> last = new AtomicReference<>("");
        try {
            process.getOutputStream().close();
        } catch (IOException _) {
            // The command has closed its input first.
        }
        Thread output = reader(process.getInputStream(), line -> {
            if (!line.isBlank()) {
                last.set(line.strip());
            }
        });
        Thread talk = reader(process.getErrorStream(), errors);
        int exit = process.waitFor();
        // What a background process keeps open must not keep us.
        output.join(ChildProcess.PATIENCE);
        talk.join(ChildProcess.PATIENCE);
        if (exit != 0) {
            String signal = exit > SIGNALS ? ", as after signal " + (exit - SIGNALS) : "";
            throw failure(command, "failed (got exit code " + exit + signal + ", expected 0)", null);
        }
        double score = NUMBER.matcher(last.get()).matches() ? Double.parseDouble(last.get()) : Double.NaN;
        if (!Double.isFinite(score)) {
            String got = last.get().isEmpty() ? "nothing" : "\"" + Printable.text(last.get()) + "\"";
            throw failure(command, "printed no number (got " + got + " as its last line, expected a number)", null);
        }
        return score;
    }

    private static Thread reader(InputStream stream, Consumer<String> lines) {
        return Thread.ofVirtual().start(() -> {
            try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                StringBuilder line = new StringBuilder();
                for (int c = reader.read(); c >= 0; c = reader.read()) {
                    if (c == '\n') {
                        lines.accept(line.toString());
                        line.setLength(0);
                    } else if (line.length() < LINE_LIMIT) {
                        line.append((char) c);
                    }
                }
                if (!line.isEmpty()) {
                    lines.accept(line.toString());
                }
            } catch (IOException | UncheckedIOException _) {
                // The command was killed; its exit code says so.
            }
        });
    }

    private static MergeException failure(List<String> command, String problem, @Nullable Exception cause) {
        String text = "score command " + Printable.text(String.join(" ", command)) + " " + problem;
        return cause == null
                ? MergeException.of(ErrorCode.COMMAND_FAILED, text)
                : MergeException.of(ErrorCode.COMMAND_FAILED, text, cause);
    }
}
