package org.modelmerge.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

final class TaskFileTest {
    private static final String TEXT_TASKS = """
        model: {architecture: bert, pooling: cls, max-length: 48, tokenizer: tokenizer.json, frozen: embeddings.safetensors}
        tasks:
          - name: trec6
            head: {file: heads/trec6.safetensors, prefix: "head."}
            labels: [ABBR, DESC, 3]
            test: {file: trec6/test.tsv.gz, text: text, label: label}
            validation: {file: trec6/train.tsv.gz, text: text, label: label, rows: "9::10"}
            unlabelled: {file: trec6/train.tsv.gz, text: text, rows: "9:100:10"}
            train: {file: trec6/train.tsv.gz, text: text, label: label}
        """;

    @TempDir
    Path folder;

    @Test
    void readsEveryKeyOfATextTask() throws Exception {
        TaskFile tasks = read(TEXT_TASKS);

        assertThat(tasks.model())
                .isEqualTo(new ModelSettings(
                        "bert", Pooling.CLS, 48, at("tokenizer.json"), at("embeddings.safetensors"), at("tasks.yaml")));
        Rows tenths = new Rows(9, Rows.OPEN, 10, null);
        assertThat(tasks.tasks())
                .containsExactly(new Task(
                        "trec6",
                        new Head(at("heads/trec6.safetensors"), "head."),
                        List.of("ABBR", "DESC", "3"),
                        new TaskData.Text(at("trec6/test.tsv.gz"), "text", "label", Rows.ALL),
                        new TaskData.Text(at("trec6/train.tsv.gz"), "text", "label", tenths),
                        new TaskData.Text(at("trec6/train.tsv.gz"), "text", null, new Rows(9, 100, 10, null)),
                        new TaskData.Text(at("trec6/train.tsv.gz"), "text", "label", Rows.ALL.without(tenths))));
    }

    @Test
    void takesDefaultsWhereTheFileIsSilent() throws Exception {
        TaskFile tasks = read("""
            model: {architecture: image-cnn}
            tasks:
              - name: eurosat
                test: {images: ../images/x.idx.gz, labels: y.idx}
            """);

        assertThat(tasks.model())
                .isEqualTo(new ModelSettings("image-cnn", Pooling.MEAN, 512, null, null, at("tasks.yaml")));
        Path images = folder.resolveSibling("images/x.idx.gz");
        assertThat(tasks.tasks())
                .containsExactly(new Task(
                        "eurosat",
                        null,
                        List.of(),
                        new TaskData.Images(images, at("y.idx"), Rows.ALL),
                        null,
                        new TaskData.Images(images, null, Rows.ALL),
                        null));
    }

    @Test
    void keepsTrainingRowsThatValidationNamesInAnotherFile() throws Exception {
        TaskFile tasks = read("""
            model: {architecture: image-cnn}
            tasks:
              - name: a
                test: {images: x, labels: y}
                validation: {images: v, labels: y}
                train: {images: t, labels: y}
            """);

        assertThat(tasks.tasks().getFirst().train()).isEqualTo(new TaskData.Images(at("t"), at("y"), Rows.ALL));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        9::10       | 9 19 29
        :3          | 0 1 2
        2:          | 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29
        1:9:4       | 1 5
        5:5         | ''
        :100000000000000000:29 | 0 29
        """)
    void choosesRowsLikeASliceOfPython(String slice, String rows) throws Exception {
        Rows parsed = Rows.parse("rows", slice);

        assertThat(LongStream.range(0, 30).filter(parsed::contains).mapToObj(Long::toString))
                .isEqualTo(rows.isEmpty() ? List.of() : List.of(rows.split(" ")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        :      | :16   | true
        :16    | 16:   | false
        9::10  | ::10  | false
        9::10  | 4::5  | true
        1::2   | 6::3  | true
        1:9:2  | 6:9:3 | false
        5:5    | :     | false
        """)
    void findsRowsThatTwoSlicesShare(String first, String second, boolean share) throws Exception {
        Rows one = Rows.parse("rows", first);
        Rows other = Rows.parse("rows", second);

        assertThat(one.overlaps(other)).isEqualTo(share);
        assertThat(other.overlaps(one)).isEqualTo(share);
    }

    @Test
    void leavesTheRowsOfOthersOut() {
        Rows rest = Rows.ALL.without(new Rows(1, Rows.OPEN, 2, null));

        assertThat(LongStream.range(0, 6).filter(rest::contains)).containsExactly(0L, 2L, 4L);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        pooling: cls             | poolling: cls       | unknown key model.poolling                      | did you mean pooling?
        pooling: cls             | pooling: max        | model.pooling (got "max", expected mean or cls) |
        max-length: 48           | max-length: 2       | model.max-length (got 2, expected a number      |
        architecture: bert       | architecture: ''    | model.architecture (got "", expected text       |
        tokenizer: tokenizer.json| tokenizer: "a\\0b"  | model.tokenizer                                 |
        test: {                  | tst: {              | unknown key tasks[0].tst                        | did you mean test?
        name: trec6              | name: 6             | tasks[0].name (got 6, expected text)            | put it in quotes
        {file: heads/            | {fil: heads/        | unknown key tasks[0].head.fil                   | did you mean file?
        [ABBR, DESC, 3]          | [ABBR]              | tasks[0].labels (got 1, expected 2 to           |
        [ABBR, DESC, 3]          | [A, A]              | label A twice at tasks[0].labels[1]             |
        [ABBR, DESC, 3]          | [A, true]           | tasks[0].labels[1] (got true, expected text)    | put it in quotes
        label: label}            | lable: label}       | unknown key tasks[0].test.lable                 | did you mean label?
        text: text, label: label}| text: text}         | missing key tasks[0].test.label                 |
        test: {file: trec6/test.tsv.gz,| test: {        | missing key tasks[0].test.file of sentences     |
        "9::10"                  | "9::0"              | tasks[0].validation.rows (got step 0, expected  |
        "9::10"                  | "-1::10"            | rows (got "-1::10", expected start:stop:step    |
        "9::10"                  | 9                   | rows (got 9, expected text)                     | put it in quotes
        "9::10"                  | "9"                 | rows (got "9", expected start:stop:step         |
        tasks:                   | task:               | unknown key task,                               | did you mean tasks?
        """)
    void refusesWhatItDoesNotKnowAndSaysWhere(String from, String to, String problem, String hint) throws Exception {
        String changed = TEXT_TASKS.replace(from, to);
        assertThat(changed).isNotEqualTo(TEXT_TASKS);

        MergeException refused = catchThrowableOfType(MergeException.class, () -> read(changed));

        assertThat(refused.code()).isEqualTo(ErrorCode.MALFORMED);
        assertThat(refused.file()).isEqualTo(at("tasks.yaml").toString());
        assertThat(refused.problem()).contains(problem);
        assertThat(refused.hint()).isEqualTo(hint);
    }

    @Test
    void refusesAFileWithoutTasks() {
        assertThatThrownBy(() -> read("model: {architecture: bert}\ntasks: []"))
                .isInstanceOf(MergeException.class)
                .hasMessageEndingWith("tasks is empty (got 0 tasks, expected at least 1)");
    }

    @Test
    void refusesTwoTasksOfOneName() {
        assertThatThrownBy(() -> read("""
            model: {architecture: bert}
            tasks:
              - {name: a, test: {images: x, labels: y}}
              - {name: a, test: {images: x, labels: y}}
            """))
                .isInstanceOf(MergeException.class)
                .hasMessageEndingWith("two tasks named a, expected different names");
    }

    @Test
    void refusesSentencesAndImagesInOne() {
        assertThatThrownBy(() -> read("""
            model: {architecture: bert}
            tasks:
              - {name: a, test: {images: x, labels: y, text: t}}
            """))
                .isInstanceOf(MergeException.class)
                .hasMessageContaining("unknown key tasks[0].test.text, expected one of images, labels, rows");
    }

    @Test
    void saysThatTheFileIsMissing() {
        MergeException missing =
                catchThrowableOfType(MergeException.class, () -> TaskFile.read(folder.resolve("none.yaml")));

        assertThat(missing.code()).isEqualTo(ErrorCode.NOT_FOUND);
    }

    private TaskFile read(String yaml) throws IOException, MergeException {
        Path file = Files.writeString(folder.resolve("tasks.yaml"), yaml);
        return TaskFile.read(file);
    }

    private Path at(String name) {
        return folder.resolve(name);
    }
}
