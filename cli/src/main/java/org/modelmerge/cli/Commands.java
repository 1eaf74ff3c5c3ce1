package org.modelmerge.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The commands by name. A name counts only as the first argument, so option values and operands may equal names:
/// picocli's subcommands would not allow that.
enum Commands {
    RUN("run", "merge as a recipe says"),
    INSPECT("inspect", "tensors, dtypes, shapes, shards and metadata of checkpoints"),
    DIFF("diff", "what differs between two checkpoints"),
    CHECK("check", "can these be merged? The weight report without a merge"),
    EVAL("eval", "accuracy per task of models, with intervals, comparisons and gates"),
    SEARCH("search", "choose coefficients by score: a grid, or CMA-ES"),
    VERIFY("verify", "do an output and its inputs match their hashes?"),
    IMPORT_ONNX("import-onnx", "the weights of an ONNX file as safetensors"),
    TWIN_EXTRACT("twin extract", "a shared expert and compressed exclusive experts, as a Twin folder"),
    TWIN_TRAIN_ROUTER("twin train-router", "the router of a Twin folder, from labelled rows of its tasks"),
    TWIN_ROUTE("twin route", "which exclusive experts the router gives to items"),
    TWIN_COMPOSE("twin compose", "a Twin folder and weights as an ordinary checkpoint"),
    TWIN_INSPECT("twin inspect", "what a Twin folder keeps, and what it takes"),
    EXTRACT_LORA("extract-lora", "a LoRA adapter from a fine-tune"),
    METHODS("methods", "the methods, their papers and parameters"),
    COMPLETION("completion", "completion script for bash or zsh"),
    HELP("help", "help of a command");

    private final String word;
    private final String summary;

    Commands(String word, String summary) {
        this.word = word;
        this.summary = summary;
    }

    /// The command of this name, or null.
    static @Nullable Commands named(String word) {
        for (Commands command : values()) {
            if (command.word.equals(word)) {
                return command;
            }
        }
        return null;
    }

    /// Whether some commands begin with this word and go on with another.
    static boolean isGroup(String word) {
        return words().stream().anyMatch(name -> name.startsWith(word + " "));
    }

    /// All names.
    static List<String> words() {
        List<String> words = new ArrayList<>();
        for (Commands command : values()) {
            words.add(command.word);
        }
        return words;
    }

    /// The name on the command line.
    String word() {
        return word;
    }

    /// What it does, in a few words.
    String summary() {
        return summary;
    }

    /// A new instance, to be filled by the parser.
    Command create() {
        return switch (this) {
            case RUN -> new RunCommand();
            case INSPECT -> new InspectCommand();
            case DIFF -> new DiffCommand();
            case CHECK -> new CheckCommand();
            case EVAL -> new EvalCommand();
            case SEARCH -> new SearchCommand();
            case VERIFY -> new VerifyCommand();
            case IMPORT_ONNX -> new ImportOnnxCommand();
            case TWIN_EXTRACT -> new TwinExtractCommand();
            case TWIN_TRAIN_ROUTER -> new TwinTrainRouterCommand();
            case TWIN_ROUTE -> new TwinRouteCommand();
            case TWIN_COMPOSE -> new TwinComposeCommand();
            case TWIN_INSPECT -> new TwinInspectCommand();
            case EXTRACT_LORA -> new ExtractLoraCommand();
            case METHODS -> new MethodsCommand();
            case COMPLETION -> new CompletionCommand();
            case HELP -> new HelpCommand();
        };
    }
}
