using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace MmapIo.Tests.Tool;

/// <summary>The mmapio command, run as its users run it: what a process of it wrote and returned.</summary>
internal sealed record ToolProcess(int ExitCode, string Output, string Errors)
{
    private const string Script = "/usr/bin/script";

    /// <summary>Nothing here takes more than a second; one that waits for a pipe's other end takes forever.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    public string[] OutputLines => LinesOf(Output);

    public string[] ErrorLines => LinesOf(Errors);

    /// <summary>Runs it with both outputs piped.</summary>
    public static ToolProcess Run(params string[] arguments) => Run(
        Program is null ? new ProcessStartInfo(Host, [Assembly, .. arguments]) : new ProcessStartInfo(Program, arguments));

    /// <summary>Runs it as a user who may do nothing special.</summary>
    public static ToolProcess RunUnprivileged(params string[] arguments)
    {
        if (!Linux.IsRoot)
        {
            return Run(arguments);
        }
        string[] command = Stranger.Runs();
        string tool = Path.Combine(Stranger.Reach(Path.GetDirectoryName(Assembly)!), Path.GetFileName(Assembly));
        return Run(new ProcessStartInfo(command[0], [.. command[1..], Host, tool, .. arguments]));
    }

    /// <summary>Runs <c>mmapio stat</c>, or another command, on a file in a terminal of that many columns.</summary>
    /// <param name="prefix">Words of the shell to put before it, such as a variable to set.</param>
    public static ToolProcess RunInTerminal(int columns, string path, string prefix = "", string command = "stat")
    {
        Needs.Linux("the terminal is made by script(1) of util-linux");
        Assert.SkipUnless(File.Exists(Script), "there is no script(1) to make a terminal");
        ProcessStartInfo start = new(
            Script, ["-qec", $"stty cols {columns}; {prefix} \"$HOST\" \"$TOOL\" {command} \"$FILE\"", "/dev/null"]);
        start.Environment["HOST"] = Host;
        start.Environment["TOOL"] = Assembly;
        start.Environment["FILE"] = path;
        start.Environment["TERM"] = "xterm-256color";
        start.Environment["SHELL"] = "/bin/sh";
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment.Remove("NO_COLOR");
        return Run(start);
    }

    /// <summary>Runs a line of the shell, in which $MMAPIO stands for the command.</summary>
    public static ToolProcess RunInShell(string line)
    {
        Needs.Posix("the redirection is written for sh");
        string script = line.Replace("$MMAPIO", "\"$HOST\" \"$TOOL\"", StringComparison.Ordinal);
        ProcessStartInfo start = new("/bin/sh", ["-c", script]);
        start.Environment["HOST"] = Host;
        start.Environment["TOOL"] = Assembly;
        return Run(start);
    }

    /// <summary>The fields of a line of piped output by their names; the path is called "path".</summary>
    public static Dictionary<string, string> Fields(string line)
    {
        string[] fields = line.Split('\t');
        Dictionary<string, string> byName = new() { ["path"] = fields[0] };
        foreach (string field in fields[1..])
        {
            string[] parts = field.Split('=', 2);
            byName.Add(parts[0], parts[1]);
        }
        return byName;
    }

    private static string Assembly { get; } = typeof(ToolProcess).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(each => each.Key == "MmapIo.Tool").Value!;

    /// <summary>The command as a program of its own, for tests that bring their own .NET: they have no dotnet to start.</summary>
    private static string? Program { get; } = Environment.GetEnvironmentVariable("MMAPIO_TOOL");

    /// <summary>The dotnet that runs the tests, which need not be the first on the path.</summary>
    private static string Host { get; } =
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));

    private static ToolProcess Run(ProcessStartInfo start)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.StandardOutputEncoding = Encoding.UTF8;
        start.StandardErrorEncoding = Encoding.UTF8;
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(s_patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException("mmapio does not end.");
        }
        return new ToolProcess(process.ExitCode, output.GetAwaiter().GetResult(), errors.GetAwaiter().GetResult());
    }

    private static string[] LinesOf(string text) =>
        text.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
