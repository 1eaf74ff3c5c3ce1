package org.modelmerge.method;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.function.ToLongFunction;

/// A sum of counts.
record Total(String name, ToLongFunction<Slice> count) implements Statistic<Long> {
    @Override
    public State newState() {
        return new Sum();
    }

    @Override
    public Long finish(State state) {
        return ((Sum) state).value;
    }

    private final class Sum implements State {
        private long value;

        @Override
        public void add(Slice slice) {
            value += count.applyAsLong(slice);
        }

        @Override
        public void merge(State other) {
            value += ((Sum) other).value;
        }

        @Override
        public void write(DataOutput output) throws IOException {
            output.writeLong(value);
        }

        @Override
        public void read(DataInput input) throws IOException {
            value = input.readLong();
        }
    }
}
