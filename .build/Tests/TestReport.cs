namespace MmapIo.Build.Tests;

/// <summary>A test, and what there is to say about it: why it was skipped, or how it failed.</summary>
internal sealed record TestNote(string Test, string Text);

/// <summary>What one runner reported.</summary>
internal sealed record TestReport(
    string Runner, int Passed, IReadOnlyList<TestNote> Failed, IReadOnlyList<TestNote> Skipped)
{
    /// <summary>The RID it is about, for the table of those; null for what is about none in particular.</summary>
    public string? Rid { get; init; }

    /// <summary>What ran for it; null for checks that run nothing.</summary>
    public string? What { get; init; }

    /// <summary>Under what it ran, such as an emulator.</summary>
    public string? How { get; init; }

    public int Executed => Passed + Failed.Count;

    /// <summary>
    /// The report of a runner whose process ended with this exit code: one that complains without naming a failed
    /// test, because it crashed say, and one that ran nothing both count as a failure.
    /// </summary>
    public TestReport Checked(StepResult run)
    {
        if (!run.Succeeded && Failed.Count == 0)
        {
            return WithFailure($"the runner ended with exit code {run.ExitCode}\n{run.LastLines}");
        }

        return Executed == 0 ? WithFailure($"no test was run\n{run.LastLines}") : this;
    }

    /// <summary>This report with one more result.</summary>
    public TestReport With(string test, bool passed, string problem) => passed
        ? this with { Passed = Passed + 1 }
        : this with { Failed = [.. Failed, new TestNote(test, problem)] };

    /// <summary>The report of something that went wrong before or beside the tests.</summary>
    public static TestReport Broken(string runner, string text) => new(runner, 0, [new TestNote(runner, text)], []);

    public TestReport WithFailure(string text) => this with { Failed = [.. Failed, new TestNote(Runner, text)] };
}
