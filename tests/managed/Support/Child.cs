using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MmapIo.Tests;

/// <summary>Another process that plays one of <see cref="ChildParts"/>.</summary>
internal sealed class Child : IDisposable
{
    public const string Marker = "--play";

    /// <summary>A child that hangs is a failure; nothing here takes more than a second or two.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private readonly Process _process;

    private Child(ProcessStartInfo start)
    {
        Needs.RealKernel("it does not start this program again");
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.Environment["DOTNET_NOLOGO"] = "1";
        _process = Process.Start(start)!;
    }

    /// <summary>Starts this program again.</summary>
    public static Child Start(string part, params string[] arguments) =>
        new(new ProcessStartInfo(Self[0], [.. Self[1..], Marker, part, .. arguments]));

    /// <summary>Starts a copy of this program that lies elsewhere.</summary>
    public static Child StartCopy(string assembly, string part, params string[] arguments) =>
        new(new ProcessStartInfo(DotnetHost, [assembly, Marker, part, .. arguments]));

    /// <summary>Starts this program as a user who may do nothing special.</summary>
    public static Child StartUnprivileged(string part, params string[] arguments)
    {
        if (!Linux.IsRoot)
        {
            return Start(part, arguments);
        }
        string[] command = Stranger.Runs();
        string folder = Stranger.Reach(AppContext.BaseDirectory);
        string[] self = [.. Self.Select(part => part.StartsWith(AppContext.BaseDirectory, StringComparison.Ordinal)
            ? Path.Combine(folder, Path.GetFileName(part)) : part)];
        return new(new ProcessStartInfo(command[0], [.. command[1..], .. self, Marker, part, .. arguments]));
    }

    /// <summary>Starts this program with a file system of its own on the folder, which 64 KiB fill.</summary>
    public static Child StartWithSmallDisk(string folder, string part, params string[] arguments)
    {
        const string Mount = "mount -t tmpfs -o size=64k tmpfs \"$0\" && exec \"$@\"";
        string[] isolate = ["--map-root-user", "--mount", "sh", "-c", Mount, folder];
        Assert.SkipUnless(File.Exists("/usr/bin/unshare"), "there is no unshare to mount a file system with");
        var attempt = new ProcessStartInfo("/usr/bin/unshare", [.. isolate, "true"]) { RedirectStandardError = true };
        using (var trial = Process.Start(attempt)!)
        {
            string objection = trial.StandardError.ReadToEnd();
            trial.WaitForExit();
            Assert.SkipUnless(trial.ExitCode == 0, $"a file system cannot be mounted here: {objection}");
        }
        return new(new ProcessStartInfo("/usr/bin/unshare", [.. isolate, .. Self, Marker, part, .. arguments]));
    }

    /// <summary>Says a line to it, and gives the line that it answers.</summary>
    public string Ask(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
        return _process.StandardOutput.ReadLine()
            ?? throw new InvalidOperationException($"It ended: {_process.StandardError.ReadToEnd()}");
    }

    /// <summary>As kill -9 does.</summary>
    public void KillAtOnce()
    {
        _process.Kill();
        WaitForExit();
    }

    /// <summary>Waits for its end, and gives the lines it said.</summary>
    public string[] Finish()
    {
        _process.StandardInput.Close();
        Task<string> errors = _process.StandardError.ReadToEndAsync();
        string said = _process.StandardOutput.ReadToEnd();
        WaitForExit();
        string complaint = errors.GetAwaiter().GetResult();
        Assert.True(_process.ExitCode == 0, $"exit code {_process.ExitCode}\n{said}\n{complaint}");
        return said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    /// <summary>Waits for an end that is not expected to be a good one. Gives its exit code, and what it complained.</summary>
    public (int Code, string Complaint) Perish()
    {
        _process.StandardInput.Close();
        _ = _process.StandardOutput.ReadToEndAsync();
        string complaint = _process.StandardError.ReadToEnd();
        WaitForExit();
        return (_process.ExitCode, complaint);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            KillAtOnce();
        }
        _process.Dispose();
    }

    private static string[] Self { get; } = FindSelf();

    /// <summary>The dotnet that runs the tests, which need not be the first on the path.</summary>
    private static string DotnetHost =>
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));

    private static string[] FindSelf()
    {
        string program = Environment.ProcessPath!;
        string name = typeof(Child).Assembly.GetName().Name!;
        string host = OperatingSystem.IsWindows() ? name + ".exe" : name;
        return Path.GetFileName(program) == host
            ? [program] : [program, Path.Combine(AppContext.BaseDirectory, name + ".dll")];
    }

    private void WaitForExit()
    {
        if (!_process.WaitForExit(s_patience))
        {
            _process.Kill();
            throw new TimeoutException("The other process does not end.");
        }
    }
}
