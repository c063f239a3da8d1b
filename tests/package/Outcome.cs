using System.Diagnostics;
using System.Text;

namespace MmapIo.PackageTests;

/// <summary>What a program wrote and returned.</summary>
internal sealed record Outcome(string Command, int ExitCode, string Output, string Errors)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    /// <summary>Runs a program in a folder, in the surroundings that a stranger's shell would give it.</summary>
    public static Outcome Of(
        string folder, string program, IEnumerable<string> arguments, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // The test host's own MSBuild and runtime settings are not a stranger's.
        foreach (string inherited in start.Environment.Keys.Where(IsFromTestHost).ToList())
        {
            start.Environment.Remove(inherited);
        }

        foreach ((string name, string value) in variables)
        {
            start.Environment[name] = value;
        }

        return Run(start, $"{program} {string.Join(' ', start.ArgumentList)}");
    }

    /// <summary>Expects that the program succeeded.</summary>
    /// <returns>What it wrote to its standard output.</returns>
    public string Succeeded()
    {
        Assert.That(ExitCode, Is.Zero, $"{Command}\n{Output}{Errors}");
        return Output.TrimEnd();
    }

    private static Outcome Run(ProcessStartInfo start, string command)
    {
        using var process = new Process { StartInfo = start };
        var output = new StringBuilder();
        var errors = new StringBuilder();
        process.OutputDataReceived += (_, line) => output.AppendLine(line.Data);
        process.ErrorDataReceived += (_, line) => errors.AppendLine(line.Data);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!process.WaitForExit(s_patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{command} did not end\n{output}{errors}");
        }

        // Without a limit, it also waits for the rest of the output.
        process.WaitForExit();
        return new Outcome(command, process.ExitCode, output.ToString(), errors.ToString());
    }

    private static bool IsFromTestHost(string variable) =>
        variable.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)
        || variable.StartsWith("VSTEST", StringComparison.OrdinalIgnoreCase)
        || variable.StartsWith("MMAPIO_", StringComparison.OrdinalIgnoreCase);
}
