using System.Diagnostics;
using System.Globalization;
using System.Text;
using CliWrap;

namespace MmapIo.Build;

/// <summary>What a finished command printed, both streams in the order they arrived, and how it ended.</summary>
internal sealed record StepResult(int ExitCode, string Output)
{
    /// <summary>More than a stack trace, less than the log of a whole test run.</summary>
    private const int LinesToShow = 80;

    private static readonly string[] s_machinery =
        ["at Xunit.", "at System.Runtime.CompilerServices.", "at System.Threading.", "at System.Reflection."];

    public bool Succeeded => ExitCode == 0;

    /// <summary>The output less the lines in which Ninja and Make count files, which bury the one error.</summary>
    public string WithoutProgress => string.Join(
        '\n', Output.TrimEnd().Split('\n').Where(line => !(line is ['[', ' ' or (>= '0' and <= '9'), ..])));

    /// <summary>
    /// The end of the output, where a program that gave up says why. A .NET crash prints hundreds of frames of task
    /// machinery below the few that matter; those are left out.
    /// </summary>
    public string LastLines => string.Join(
        '\n',
        Output.TrimEnd().Split('\n').Where(line => !s_machinery.Any(line.TrimStart().StartsWith)).TakeLast(LinesToShow));
}

/// <summary>
/// Runs other programs: quietly, so that only a failure is heard, or attached to the user's terminal.
/// </summary>
internal static class Step
{
    /// <summary>Longer than any step takes; what is still running then hangs.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(15);

    /// <summary>Progress goes to stderr: stdout belongs to the tool that `run` starts and to the test report.</summary>
    public static void Say(string line) => Console.Error.WriteLine(line);

    /// <summary>Runs a command at the top of the checkout and shows what it printed only if it fails.</summary>
    public static async Task<StepResult> QuietAsync(string title, string program, params string[] arguments)
    {
        var clock = Stopwatch.StartNew();
        StepResult result = await CaptureAsync(program, arguments);
        if (!result.Succeeded)
        {
            Console.Error.WriteLine(result.WithoutProgress);
            string name = Path.GetFileName(program);
            throw new StepFailedException($"{title} failed: {name} ended with exit code {result.ExitCode}");
        }

        Say(string.Create(CultureInfo.InvariantCulture, $"{title} ({clock.Elapsed.TotalSeconds:0.0} s)"));
        return result;
    }

    /// <summary>
    /// Runs a command at the top of the checkout, its input empty, and leaves its outcome to the caller.
    /// </summary>
    /// <param name="patience">How long it may take before it is stopped, together with what it started.</param>
    public static async Task<StepResult> CaptureAsync(
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string?>? environment = null,
        TimeSpan? patience = null)
    {
        TimeSpan limit = patience ?? s_patience;
        var output = new StringBuilder();
        void Keep(string line)
        {
            lock (output)
            {
                output.Append(line).Append('\n');
            }
        }

        using var timeout = new CancellationTokenSource(limit);
        try
        {
            CommandResult result = await Cli.Wrap(Which(program) ?? program)
                .WithArguments(arguments)
                .WithWorkingDirectory(Repository.Root)
                .WithEnvironmentVariables(ChildEnvironment(environment))
                .WithStandardOutputPipe(PipeTarget.ToDelegate(Keep))
                .WithStandardErrorPipe(PipeTarget.ToDelegate(Keep))
                .WithValidation(CommandResultValidation.None)
                .ExecuteAsync(timeout.Token);
            return new StepResult(result.ExitCode, output.ToString());
        }
        catch (OperationCanceledException)
        {
            string said = new StepResult(1, output.ToString()).LastLines;
            throw new StepFailedException($"{said}\n{program} was stopped after {limit.TotalMinutes} minutes");
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new StepFailedException($"{program} could not be started: {missing.Message}");
        }
    }

    /// <summary>
    /// Runs a command with the caller's terminal, streams and working directory, and returns its exit code.
    /// </summary>
    public static async Task<int> AttachedAsync(string program, IEnumerable<string> arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false })
            ?? throw new StepFailedException($"{program} could not be started");
        using var signals = new SignalRelay(process);
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    /// <summary>The full path of a program on PATH, or null.</summary>
    public static string? Which(string program)
    {
        if (Path.IsPathRooted(program))
        {
            return File.Exists(program) ? program : null;
        }

        string[] endings = OperatingSystem.IsWindows() ? [".exe", ".cmd", ".bat"] : [""];
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return (from folder in folders
                where folder.Length > 0
                from ending in endings
                select Path.Combine(folder, program + ending)).FirstOrDefault(File.Exists);
    }

    private static Dictionary<string, string?> ChildEnvironment(IReadOnlyDictionary<string, string?>? extra)
    {
        var all = new Dictionary<string, string?>
        {
            ["DOTNET_NOLOGO"] = "1",
            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
            ["MSBUILDTERMINALLOGGER"] = "off",
            [CheckoutLock.HeldVariable] = CheckoutLock.IsHeld ? "1" : null,
        };
        if (Environment.GetEnvironmentVariable("CI") == "true")
        {
            // A build machine wants no compiler servers left behind once the script has ended.
            all["MSBUILDDISABLENODEREUSE"] = "1";
            all["UseSharedCompilation"] = "false";
        }

        foreach ((string name, string? value) in extra ?? new Dictionary<string, string?>())
        {
            all[name] = value;
        }

        return all;
    }
}
