namespace MmapIo.PackageTests;

/// <summary>
/// The storms of the .NET tests once more, in a native program: its runtime has signal handlers and a garbage collector
/// of its own.
/// </summary>
public sealed class StormTests
{
    /// <summary>What a shell calls the end by SIGABRT.</summary>
    private const int Aborted = 134;

    /// <summary>And by SIGSEGV.</summary>
    private const int SegmentationFault = 139;

    private ConsumerProject? _project;
    private string _program = "";

    private static bool IsLong => Environment.GetEnvironmentVariable("MMAPIO_LONG") == "1";

    [OneTimeSetUp]
    public void Publish()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("POSIX only: Windows does not shorten a mapped file");
        }
        _project = ConsumerProject.OfStorms();
        _program = Path.Combine(_project.Publish(Checkout.HostRid), "App");
    }

    [OneTimeTearDown]
    public void CleanUp() => _project?.Dispose();

    [Test]
    public void A_native_program_survives_faults_under_collections_exceptions_and_tasks() =>
        Run("faults", IsLong ? "110000" : "20000").Succeeded();

    [Test]
    public void A_native_program_survives_maps_disposed_under_readers() =>
        Run("disposals", IsLong ? "50000" : "5000").Succeeded();

    [Test]
    public void A_native_program_that_survived_faults_still_reports_a_null_reference()
    {
        Outcome outcome = Run("crash", "null");
        Assert.That(outcome.ExitCode, Is.EqualTo(Aborted));
        Assert.That(outcome.Errors, Does.Contain("NullReferenceException").And.Contain("LengthOf"));
    }

    /// <summary>Without a word: that is all that a native program of .NET 10 does about it, with the library or not.</summary>
    [Test]
    public void A_native_program_that_survived_faults_still_ends_when_it_runs_out_of_stack() =>
        Assert.That(Run("crash", "overflow").ExitCode, Is.EqualTo(SegmentationFault));

    private Outcome Run(string storm, string argument) =>
        Outcome.Of(_project!.At(), _program, [storm, _project.At($"{storm}.bin"), argument]);
}
