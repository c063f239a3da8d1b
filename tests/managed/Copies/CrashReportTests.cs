using MmapIo.Storms;

namespace MmapIo.Tests;

/// <summary>
/// A process that has the library's handler dies as it would without: of the same signal, with the runtime's own words.
/// </summary>
public sealed class CrashReportTests : IDisposable
{
    /// <summary>What a shell calls the end by SIGABRT, and .NET too.</summary>
    private const int Aborted = 134;

    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Running_out_of_stack_is_still_reported()
    {
        (int code, string complaint) = CrashBy(Crash.ByOverflow);
        Assert.Equal(Aborted, code);
        Assert.Contains("Stack overflow", complaint, StringComparison.Ordinal);
        Assert.Contains("Sink", complaint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_null_reference_is_still_an_exception_with_a_trace()
    {
        (int code, string complaint) = CrashBy(Crash.ByNull);
        Assert.Equal(Aborted, code);
        Assert.Contains(nameof(NullReferenceException), complaint, StringComparison.Ordinal);
        Assert.Contains("LengthOf", complaint, StringComparison.Ordinal);
    }

    /// <summary>A plain access is not a copy of ours: it goes to the runtime's handler, which makes its report.</summary>
    [Fact]
    public void Touching_a_page_that_is_gone_is_still_fatal()
    {
        (int code, string complaint) = CrashBy(Crash.ByTouch);
        Assert.Equal(Aborted, code);
        Assert.Contains("Fatal error", complaint, StringComparison.Ordinal);
    }

    private (int Code, string Complaint) CrashBy(string manner)
    {
        Needs.Posix("Windows does not shorten a mapped file");
        using Child child = Child.Start(GuardedParts.Crasher, _scratch.At("cut"), manner);
        return child.Perish();
    }
}
